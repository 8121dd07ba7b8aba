"""What fails, and what is left and done again afterwards."""

from tests.parity.step import Step, destroy, plan, refresh, up

_MANY = """
    a = Thing("a", {"name": "a"})
    b = Thing("b", {"name": "b"}, Opts(depends_on=[a]))
    Thing("c", {"name": "c", "fail": "delete"}, Opts(depends_on=[b]))
    d = Thing("d", {"name": "d"})
    Thing("e", {"name": "e"}, Opts(depends_on=[d]))
    g = Group("g", 1)
    Thing("h", {"name": "h"}, Opts(parent=g.things[0]))
"""
_RENAMED = """
    a = Thing("new", {{"name": "a"}}, Opts(aliases=[pulumi.Alias(name="a")]))
    x = Thing("x", {{"name": "x"{}}}, Opts(depends_on=[a]))
    Thing("b", {{"name": "b", "size": 1, "parts": [a.address]}}, Opts(parent=a, depends_on=[x]))
"""
_MOVED = """
    g = Group("g", 1)
    a = Thing("a", {{"name": "a"}}, Opts(parent=g, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))
    x = Thing("x", {{"name": "x"{}}}, Opts(depends_on=[a]))
    b = Thing("b", {{"name": "b"}}, Opts(parent=a, depends_on=[x]))
    Thing("c", {{"name": "c"}}, Opts(parent=b))
"""

PROGRAMS: dict[str, list[Step]] = {
    "create-fails": [
        up('Thing("a", {"name": "a", "fail": "create"})'),
        up('Thing("a", {"name": "a"})'),
    ],
    "create-fails-dependents": [
        up('a = Thing("a", {"name": "a", "fail": "create"})\nThing("b", {"name": "b", "parts": [a.address]})'),
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "parts": [a.address]})'),
    ],
    "create-not-ready": [
        up('Thing("a", {"name": "a", "fail": "init"})'),
        plan('Thing("a", {"name": "a", "fail": "init"})'),
        up(),
        up('Thing("a", {"name": "a"})'),
    ],
    "update-fails": [
        up('Thing("a", {"name": "a", "size": 1})'),
        up('Thing("a", {"name": "a", "size": 2, "fail": "update"})'),
        up('Thing("a", {"name": "a", "size": 3})'),
    ],
    "update-not-ready": [
        up('Thing("a", {"name": "a", "size": 1})'),
        up('Thing("a", {"name": "a", "size": 2, "fail": "init"})'),
        up('Thing("a", {"name": "a", "size": 2})'),
    ],
    "delete-fails": [
        up(
            'a = Thing("a", {"name": "a"})\nb = Thing("b", {"name": "b", "fail": "delete"}, Opts(depends_on=[a]))\nThing("c", {"name": "c"}, Opts(depends_on=[b]))'
        ),
        up(""),
        destroy(),
        refresh(drift={"id-b": {"name": "b"}}),
        destroy(),
    ],
    "delete-fails-among-many": [
        up(_MANY),
        destroy(),
        refresh(drift={"id-c": {"name": "c"}}),
        up('d = Thing("d", {"name": "d"})'),
    ],
    "replace-fails": [
        up('Thing("a", {"name": "a", "kind": "x"})'),
        up('Thing("a", {"name": "a2", "kind": "y", "fail": "create"})'),
        up('Thing("a", {"name": "a2", "kind": "y"})'),
    ],
    "replace-not-ready": [
        up('Thing("a", {"name": "a", "kind": "x"})'),
        up('Thing("a", {"name": "a2", "kind": "y", "fail": "init"})'),
        up('Thing("a", {"name": "a2", "kind": "y"})'),
    ],
    "delete-first-create-fails": [
        up('a = Thing("a", {"name": "a", "zone": "1"})\nThing("b", {"name": "b", "kind": a.address})'),
        up(
            'a = Thing("a", {"name": "a", "zone": "2", "fail": "create"})\nThing("b", {"name": "b", "kind": a.address})'
        ),
        plan('a = Thing("a", {"name": "a", "zone": "2"})\nThing("b", {"name": "b", "kind": a.address})'),
        up(),
    ],
    "delete-first-then-gone": [
        up('Thing("a", {"name": "a", "zone": "1"})\nThing("k", {"name": "k"})'),
        up('Thing("k", {"name": "k"})\nThing("a", {"name": "a", "zone": "2", "fail": "create"})'),
        up('Thing("k", {"name": "k"})'),
    ],
    "old-one-cannot-go": [
        up('Thing("a", {"name": "a", "kind": "x", "fail": "delete"})'),
        up('Thing("a", {"name": "a2", "kind": "y"})'),
        up('Thing("a", {"name": "a3", "kind": "z"})'),
        refresh(drift={"id-a": {"name": "a"}}),
    ],
    "check-fails": [
        up('Thing("a", {"name": "a", "size": "no"})'),
        up('Thing("a", {"name": "a", "size": 1})'),
        plan('Thing("a", {"name": "a", "size": "no"})'),
    ],
    "renamed-before-failure": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "size": 1, "parts": [a.address]}, Opts(parent=a))'),
        up(_RENAMED.format(', "fail": "create"')),
        up(_RENAMED.format("")),
    ],
    "moved-before-failure": [
        up(
            'a = Thing("a", {"name": "a"})\nb = Thing("b", {"name": "b"}, Opts(parent=a))\nThing("c", {"name": "c"}, Opts(parent=b))'
        ),
        up(_MOVED.format(', "fail": "create"')),
        up(_MOVED.format("")),
    ],
    "program-fails": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b"}, Opts(depends_on=[a]))'),
        up('raise ValueError("not today")'),
        up('Thing("a", {"name": "a"})\nundefined'),
    ],
    "duplicate-urn": [up('a = Thing("a", {"name": "a"})\nThing("a", {"name": "b"}, Opts(depends_on=[a]))')],
    "missing-provider-function": [up('pulumi.export("x", say("boom"))')],
}
