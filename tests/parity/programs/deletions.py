"""Deleting, and what keeps things from it."""

from tests.parity.step import Step, destroy, plan, up

_TREE = """
    a = Thing("a", {"name": "a"})
    b = Thing("b", {"name": "b", "parts": [a.address]})
    c = Thing("c", {"name": "c"}, Opts(depends_on=[b]))
    p = Provider("p")
    d = Thing("d", {"name": "d"}, Opts(provider=p, parent=c))
    g = Group("g", 2)
"""

PROGRAMS: dict[str, list[Step]] = {
    "delete": [up(_TREE), plan('Thing("a", {"name": "a"})'), up(), up("")],
    "destroy": [up(_TREE), destroy(), up('Thing("a", {"name": "a"})')],
    "protect": [
        up('Thing("a", {"name": "a", "kind": "x"}, Opts(protect=True))'),
        up('Thing("a", {"name": "a", "kind": "y"}, Opts(protect=True))'),
        up(""),
        destroy(),
        up('Thing("a", {"name": "a", "kind": "x"})'),
        destroy(),
    ],
    "protect-inherited": [up('Group("g", 1, Opts(protect=True))'), up('Group("g", 1)'), up("")],
    "protected-dependent": [
        up(
            'a = Thing("a", {"name": "a", "zone": "1"})\nThing("b", {"name": "b", "kind": a.address}, Opts(protect=True))'
        ),
        up(
            'a = Thing("a", {"name": "a", "zone": "2"})\nThing("b", {"name": "b", "kind": a.address}, Opts(protect=True))'
        ),
    ],
    "retain-on-delete": [
        up('Thing("a", {"name": "a"}, Opts(retain_on_delete=True))\nGroup("g", 1, Opts(retain_on_delete=True))'),
        up('Thing("a", {"name": "b", "kind": "x"}, Opts(retain_on_delete=True))'),
        up(""),
    ],
    "deleted-with": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "fail": "delete"}, Opts(deleted_with=a))'),
        up(
            'a = Thing("a", {"name": "a", "kind": "x"})\nThing("b", {"name": "b", "fail": "delete"}, Opts(deleted_with=a))'
        ),
        up(""),
    ],
    "deleted-with-delete-first": [
        up(
            'a = Thing("a", {"name": "a", "zone": "1"})\nThing("b", {"name": "b", "fail": "delete"}, Opts(deleted_with=a))'
        ),
        up(
            'a = Thing("a", {"name": "a", "zone": "2"})\nThing("b", {"name": "b", "fail": "delete"}, Opts(deleted_with=a))'
        ),
    ],
    "deleted-with-stays": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b"}, Opts(deleted_with=a))'),
        up('a = Thing("a", {"name": "a"})'),
        destroy(),
    ],
}
