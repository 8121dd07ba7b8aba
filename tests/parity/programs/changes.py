"""Creating, changing and replacing."""

from tests.parity.step import Step, plan, up

_CHAIN = """
    a = Thing("a", {{"name": "a", "zone": "{zone}"}})
    b = Thing("b", {{"name": "b", "kind": a.address}})
    c = Thing("c", {{"name": "c", "parts": [a.address]}})
    d = Thing("d", {{"name": "d"}}, Opts(depends_on=[b]))
"""

PROGRAMS: dict[str, list[Step]] = {
    "create": [plan('Thing("a", {"name": "a", "size": 1})'), up(), plan(), up()],
    "update": [
        up('a = Thing("a", {"size": 1})\nThing("b", {"parts": [a.size]})'),
        plan('a = Thing("a", {"size": 2})\nThing("b", {"parts": [a.size]})'),
        up(),
        up('a = Thing("a", {})\nThing("b", {"parts": [a.size]})'),
    ],
    "replace-create-first": [
        up('a = Thing("a", {"kind": "x"})\nThing("b", {"parts": [a.address]})'),
        plan('a = Thing("a", {"kind": "y"})\nThing("b", {"parts": [a.address]})'),
        up(),
    ],
    "replace-cascades": [
        up('a = Thing("a", {"kind": "x"})\nb = Thing("b", {"kind": a.address})\nThing("c", {"kind": b.address})'),
        up('a = Thing("a", {"kind": "y"})\nb = Thing("b", {"kind": a.address})\nThing("c", {"kind": b.address})'),
    ],
    "replace-delete-first": [up(_CHAIN.format(zone="1")), plan(_CHAIN.format(zone="2")), up(), up()],
    "option-delete-before-replace": [
        up('a = Thing("a", {"name": "a", "kind": "x"}, Opts(delete_before_replace=True))'),
        up('a = Thing("a", {"name": "a", "kind": "y"}, Opts(delete_before_replace=True))'),
    ],
    "option-create-before-replace": [
        up('Thing("a", {"zone": "1"}, Opts(delete_before_replace=False))'),
        up('Thing("a", {"zone": "2"}, Opts(delete_before_replace=False))'),
    ],
    "dependencies-only": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b"}, Opts(depends_on=[a]))'),
        up('b = Thing("b", {"name": "b"})\nThing("a", {"name": "a"}, Opts(depends_on=[b]))'),
    ],
    "replace-parent": [
        up('a = Thing("a", {"kind": "x"})\nb = Thing("b", {"name": "b"}, Opts(parent=a))'),
        up('a = Thing("a", {"kind": "y"})\nb = Thing("b", {"name": "b", "size": 1}, Opts(parent=a))'),
    ],
}
