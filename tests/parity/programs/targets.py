"""Targets: a part of the stack, with or without what depends on it."""

from tests.parity.step import Step, destroy, look, plan, refresh, up

_CHAIN = """
    a = Thing("a", {{"name": "a", "size": {0}, "{1}": "{2}"}})
    b = Thing("b", {{"name": "b", "parts": [a.size], "size": {0}}})
    c = Thing("c", {{"name": "c", "size": {0}}}, Opts(depends_on=[b]))
    d = Thing("d", {{"name": "d", "size": {0}}})
"""
_FIRST, _CHANGED = _CHAIN.format(1, "kind", "x"), _CHAIN.format(2, "kind", "x")
_FORCING = """
    a = Thing("a", {{"name": "a", "zone": "{0}", "size": {1}}})
    b = Thing("b", {{"name": "b", "kind": a.address, "size": {1}}})
    Thing("c", {{"name": "c", "parts": [b.address], "size": {1}}})
"""
_IMPORTED = """
    Thing("a", {"name": "a"})
    Thing("b", {"name": "b"}, Opts(import_="id-more"))
    Thing("i", {"name": "other", "size": 4}, Opts(import_="id-other"))
"""
_OTHERS = {"id-other": {"name": "other", "size": 3}, "id-more": {"name": "more", "size": 4}}
_RENAMED = """
    a = Thing("{0}", {{"name": "a"}}, {1})
    Thing("b", {{"name": "b", "size": {2}}}, Opts(parent=a))
    Thing("c", {{"name": "c", "parts": [a.address], "size": {2}}})
"""
A, B, C, D = (f"test:index:Thing::{name}" for name in "abcd")

PROGRAMS: dict[str, list[Step]] = {
    "target": [
        up(_FIRST),
        plan(_CHANGED, targets=(A,)),
        up(targets=(A,)),
        up(targets=(C, D)),
        up(),
    ],
    "target-dependents": [up(_FIRST), plan(_CHANGED, targets=(A,), dependents=True), up(targets=(A,), dependents=True)],
    "target-new": [
        up(_FIRST, targets=(A, D)),
        up(targets=(C,)),
        plan(targets=(C,)),
        up(targets=(B, C)),
    ],
    "target-new-dependents": [up(_FIRST, targets=(A,), dependents=True)],
    "target-missing": [
        up(_FIRST, targets=("test:index:Thing::nowhere",)),
        up(targets=(A,)),
        destroy(targets=("test:index:Thing::nowhere",)),
        refresh(targets=(A, "test:index:Thing::nowhere")),
        look(targets=("test:index:Thing::nowhere",)),
    ],
    "target-pattern": [up(_FIRST), up(_CHANGED, targets=("test:*:Thing::d", "**::a"))],
    "target-removed": [
        up(_FIRST),
        up('d = Thing("d", {"name": "d", "size": 3})', targets=(D,)),
        up(targets=(C,)),
        up(targets=(A,)),
        up(targets=(A,), dependents=True),
    ],
    "target-removed-needed": [
        up('a = Thing("a", {"name": "a"})\nb = Thing("b", {"name": "b"}, Opts(depends_on=[a]))'),
        up('b = Thing("b", {"name": "b", "size": 1})', targets=(D, B)),
        up('b = Thing("b", {"name": "b", "size": 2})', targets=(A,)),
    ],
    "target-replaced": [
        up(_FIRST),
        up(_CHAIN.format(2, "kind", "y").replace('"name": "a", ', ""), targets=(A,)),
        up(_CHAIN.format(2, "zone", "1"), targets=(A,)),
    ],
    "target-delete-first": [
        up(_FORCING.format(1, 1)),
        plan(_FORCING.format(2, 2), targets=(A,)),
        up(targets=(A,)),
        plan(_FORCING.format(3, 3), targets=(A,), dependents=True),
        up(targets=(A,), dependents=True),
        up(_FORCING.format(4, 4).replace('"a",', '"a", "fail": "create",'), targets=(A,)),
        up(_FORCING.format(4, 5), targets=(C,)),
        up(),
    ],
    "target-component": [
        up('g = Group("g", 1)'),
        up('g = Group("g", 2)', targets=("test:index:Group::g",)),
        up(targets=("test:index:Group$test:index:Thing::g-1",)),
        up(
            'g = Group("g", 2)\nh = Group("h", 1, Opts(depends_on=[g]))',
        ),
    ],
    "target-renamed": [
        up(_RENAMED.format("a", "None", 1)),
        up(_RENAMED.format("n", 'Opts(aliases=[pulumi.Alias(name="a")])', 2), targets=(C,)),
        up(
            'a = Thing("n", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))\nThing("a", {"name": "d"}, Opts(depends_on=[a]))',
            targets=(A,),
        ),
        up(_RENAMED.format("n", 'Opts(aliases=[pulumi.Alias(name="a")])', 2)),
    ],
    "target-provider-renamed": [
        up(
            'p = Provider("p", {"account": "x"})\nThing("a", {"name": "a"}, Opts(provider=p))\nThing("d", {"name": "d"})'
        ),
        up(
            'p = Provider("q", {"account": "x"}, Opts(aliases=[pulumi.Alias(name="p")]))\n'
            'Thing("a", {"name": "a", "size": 1}, Opts(provider=p))\nThing("d", {"name": "d", "size": 1})',
            targets=(D,),
        ),
        up(),
    ],
    "target-import": [
        up('Thing("a", {"name": "a"})\nThing("b", {"name": "b"})'),
        plan(_IMPORTED, targets=(A,), drift=_OTHERS),
        up(targets=(A,)),
        up(targets=("test:index:Thing::i",)),
        up(),
    ],
    "target-destroy": [
        up(_FIRST),
        destroy(targets=(B,)),
        destroy(targets=(D,)),
        destroy(targets=(B,), dependents=True),
        destroy(),
    ],
    "replace-asked": [
        up('a = Thing("a", {"size": 1})\nThing("b", {"parts": [a.address]})\nThing("c", {"name": "c"})'),
        plan(replaces=(A,)),
        up(replaces=(A,)),
        up(replaces=("**::b",)),
        up(replaces=(A,), targets=(A,)),
        up(replaces=("test:index:Thing::nowhere",)),
        up('Thing("c", {"name": "c"}, Opts(delete_before_replace=True))', replaces=(C,)),
        up('Thing("c", {"name": "c"}, Opts(delete_before_replace=True, protect=True))'),
        up(replaces=(C,)),
    ],
    "target-refresh": [
        up(_FIRST),
        refresh(
            targets=(A,),
            drift={"id-a": {"name": "a", "size": 5}, "id-b": {"name": "b", "size": 6}, "id-d": {"name": "d"}},
        ),
        refresh(targets=(A,), dependents=True),
        refresh(),
    ],
    "target-refresh-provider": [
        up('p = Provider("p", {"account": "x"})\nThing("a", {"name": "a"}, Opts(provider=p))'),
        refresh(targets=("pulumi:providers:test::p",), dependents=True, drift={"id-a": {"name": "a", "size": 5}}),
    ],
}
