"""Options, failures and replacements in combinations that few programs have."""

from tests.parity.step import Step, destroy, plan, refresh, up

_OTHER = {"id-other": {"name": "other", "size": 3}}
_BOUND = """
    a = Thing("a", {{"name": "a", "zone": "{0}"}})
    b = Thing("b", {{"name": "b", "kind": a.address}})
    c = Thing("c", {{"size": 1}}, Opts(deleted_with=b))
    d = Thing("d", {{"name": "d"}}, Opts(replace_with=[a]))
    e = Thing("e", {{"size": 1}}, Opts(replace_with=[d]))
    f = Thing("f", {{"name": "f", "kind": d.address}})
"""
_PROTECTED = """
    a = Thing("a", {{"name": "a", "zone": "{0}"}})
    b = Thing("b", {{"name": "b", "kind": a.address}}, Opts(protect=True))
    c = Thing("c", {{"name": "c", "kind": a.address}})
    Thing("d", {{"name": "d", "kind": c.address}})
"""
_WILD = """
    a = Thing("a", {{"name": "a", "zone": "{0}"}})
    Thing("b", {{"name": "b", "parts": [a.address]}}, Opts(replace_on_changes=["parts[0]"]))
    Thing("c", {{"name": "c", "parts": [a.address]}}, Opts(replace_on_changes=["*"]))
"""
_COMPONENT = """
    a = Thing("a", {{"name": "a{0}", "{1}": "{0}"}})
    g = Group("g", 2, Opts(deleted_with=a))
    Thing("z", {{"name": "z", "parts": [g.addresses]}})
"""
_FAILING = """
    a = Thing("a", {{"name": "a", "zone": "{}"{}}})
    b = Thing("b", {{"name": "b", "{}": a.address, "fail": "delete"}})
"""
_COPIES = """
    a = Thing("a", {{"name": "a", "zone": "{0}"}})
    Thing("b", {{"name": {1}}})
"""
_VALUES = """
    class Box(pulumi.ComponentResource):
        def __init__(self, name, value):
            super().__init__("test:index:Box", name, {{"value": value}})
            self.register_outputs({{"value": value}})
    Box("box", {0})
    pulumi.export("plain", {0})
    pulumi.export("nested", [{{"k": {0}}}])
"""
_SWAPPED = """
    Thing("a", {"name": "b"}, Opts(aliases=[pulumi.Alias(name="b")]))
    Thing("b", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))
"""
_FOLDER = """
    import os
    os.makedirs("deep/a/b", exist_ok=True)
    os.makedirs("deep/.pulumi", exist_ok=True)
    for name in ("b.txt", "a.txt", "a-b", "a/x", "a/b/z", ".hidden", ".pulumi/q"):
        open(f"deep/{name}", "w").write(name)
    os.path.lexists("deep/link") or os.symlink("a", "deep/link")
    os.path.lexists("deep/file") or os.symlink("b.txt", "deep/file")
    Thing("a", {"name": "a", "all": pulumi.FileArchive("deep"), "map": pulumi.AssetArchive({
        "q": pulumi.FileArchive("deep"), "Z": pulumi.FileAsset("deep/a/x"), "b": pulumi.StringAsset("")})})
"""

PROGRAMS: dict[str, list[Step]] = {
    "bound-dependents": [up(_BOUND.format(1)), plan(_BOUND.format(2)), up(), up()],
    "protected-among-dependents": [up(_PROTECTED.format(1)), plan(_PROTECTED.format(2)), up()],
    "wildcards-among-dependents": [up(_WILD.format(1)), plan(_WILD.format(2)), up()],
    "component-deleted-with": [
        up(_COMPONENT.format(1, "zone")),
        plan(_COMPONENT.format(2, "zone")),
        up(),
        up(_COMPONENT.format(3, "kind")),
    ],
    "replaced-by-alias": [
        up('a = Thing("a", {"name": "a", "zone": "1"})\nThing("b", {"name": "b", "kind": a.address})'),
        plan(
            'a = Thing("n", {"name": "a", "zone": "2"}, Opts(aliases=[pulumi.Alias(name="a")]))\n'
            'Thing("m", {"name": "b", "kind": a.address}, Opts(aliases=[pulumi.Alias(name="b")]))'
        ),
        up(),
        up(),
    ],
    "aliases-swapped": [
        up('Thing("a", {"name": "a"})\nThing("b", {"name": "b"})'),
        up(_SWAPPED),
    ],
    "aliases-taken": [
        up('Thing("a", {"name": "a"})'),
        up(
            'a = Thing("a", {"name": "a"})\nThing("b", {"name": "b"}, Opts(depends_on=[a], aliases=[pulumi.Alias(name="a")]))'
        ),
        up(
            'b = Thing("b", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))\nThing("a", {"name": "c"}, Opts(depends_on=[b]))'
        ),
    ],
    "retained-replacement": [
        up('Thing("a", {"name": "a", "kind": "x"}, Opts(retain_on_delete=True))'),
        up('Thing("a", {"name": "b", "kind": "y"})'),
        up('Thing("a", {"name": "c", "zone": "z"}, Opts(retain_on_delete=True))'),
        up('Thing("a", {"name": "d", "zone": "y"}, Opts(retain_on_delete=True))'),
        destroy(),
    ],
    "protected-plans": [
        up(
            'a = Thing("a", {"name": "a", "kind": "x"}, Opts(protect=True))\nThing("b", {"name": "b", "parts": [a.address]})'
        ),
        plan('Thing("a", {"name": "c", "kind": "y"}, Opts(protect=True))'),
        plan('Thing("a", {"name": "c", "kind": "y"}, Opts(protect=False))'),
        plan(""),
    ],
    "plans-that-fail": [
        plan('Thing("r", None, Opts(id="id-nowhere"))'),
        plan('Thing("i", {"name": "other"}, Opts(import_="id-nowhere"))'),
    ],
    "paths-in-lists": [
        up('Thing("a", {"name": "a", "parts": [{"x": 1, "y": [1, 2]}, {"x": 2, "y": [3]}], "map": {"k.k": {"v": 1}}})'),
        up(
            'Thing("a", {"name": "a", "parts": [{"x": 5, "y": [9, 9]}, {"x": 6, "y": [9]}], "map": {"k.k": {"v": 9}}},'
            ' Opts(ignore_changes=["parts[*].y[0]", "map[\\"k.k\\"].v", "parts[-1]"]))'
        ),
        up(
            'Thing("a", {"name": "a", "parts": [{"x": 7, "y": [7, 7]}], "map": "text"},'
            ' Opts(ignore_changes=["parts[*].y", "parts[1].x", "map.l", "parts[0][0]"]))'
        ),
        up('Thing("a", {"name": "a", "parts": "none"}, Opts(ignore_changes=["parts[1].x", "map.l", "parts"]))'),
    ],
    "paths-hidden": [
        up('Thing("a", {"name": "a", "parts": pulumi.Output.secret({"k": {"l": 1}}), "map": {"s": {"t": 1}}})'),
        up(
            'Thing("a", {"name": "a", "parts": {"k": {"l": 2}}, "map": pulumi.Output.secret({"s": {"t": 2}})},'
            ' Opts(ignore_changes=["parts.k.l", "map.s.t"]))'
        ),
        up(
            'Thing("a", {"name": "a", "parts": {"k": pulumi.Output.secret({"l": 3})}, "map": {"s": {"t": 3}}},'
            ' Opts(ignore_changes=["parts.k.l", "map.s.t"]))'
        ),
    ],
    "paths-that-are-none": [
        up('Thing("a", {"name": "a", "size": 1})'),
        up(
            'Thing("a", {"name": "a", "size": 2}, Opts(ignore_changes=["size[", "parts[x]", ".size", "size.", "[\\"size"]))'
        ),
        up('Thing("a", {"name": "a", "size": 3}, Opts(replace_on_changes=["name", "parts["]))'),
        up('Thing("a", {"name": "a", "size": 3}, Opts(replace_on_changes=["parts["]))'),
    ],
    "trigger-imported": [
        up('Thing("i", {"name": "other", "size": 3}, Opts(import_="id-other", replacement_trigger=1))', drift=_OTHER),
        up('Thing("i", {"name": "other", "size": 3}, Opts(import_="id-other", replacement_trigger=2))'),
        up('Thing("i", {"name": "new", "size": 3}, Opts(replacement_trigger=3))'),
    ],
    "trigger-kinds": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"size": 1}, Opts(replacement_trigger=a.address))'),
        plan(
            'a = Thing("a", {"name": "c", "kind": "x"})\nThing("b", {"size": 1}, Opts(replacement_trigger=a.address))'
        ),
        up('Thing("b", {"size": 1}, Opts(replacement_trigger="test://id-a"))'),
        up('Thing("b", {"size": 1}, Opts(replacement_trigger=0))'),
        up('Thing("b", {"size": 1}, Opts(replacement_trigger=False))'),
    ],
    "true-is-not-one": [
        up(_VALUES.format(1)),
        up(_VALUES.format(True)),
        up(_VALUES.format(0)),
        up(_VALUES.format(False)),
    ],
    "id-as-secret": [
        plan('Thing("a", {"name": "a"}, Opts(additional_secret_outputs=["id", "address"]))'),
        up(),
        up(),
        up('Thing("a", {"name": "a", "size": 1}, Opts(additional_secret_outputs=["id"]))'),
        refresh(),
    ],
    "transform-raises": [
        up(
            'def bad(args):\n    raise ValueError("no transform")\npulumi.runtime.register_resource_transform(bad)\nThing("a")'
        ),
        up('def bad(args):\n    raise ValueError("no transform")\nThing("a", {}, Opts(transforms=[bad]))'),
    ],
    "stack-reference-names": [
        up('pulumi.export("x", 1)', stack="base"),
        up(
            'pulumi.export("a", pulumi.StackReference("organization/base").get_output("x"))\n'
            'pulumi.export("b", pulumi.StackReference("organization/proj/base").get_output("x"))'
        ),
        up('pulumi.StackReference("proj/base")'),
        up('pulumi.StackReference("other/proj/base")'),
        up('pulumi.StackReference("a/b/c/d")'),
    ],
    "pending-destroyed": [
        up(_FAILING.format(1, "", "parts")),
        up(_FAILING.format(2, ', "fail": "create"', "parts")),
        up(""),
        destroy(),
        refresh(drift={"id-b": {"name": "b"}}),
        destroy(),
    ],
    "two-copies-go-first": [
        up(_COPIES.format(1, '"b", "kind": a.address, "fail": "delete"')),
        up(_COPIES.format(1, '"b2", "kind": [a.address]')),
        refresh(drift={"id-b": {"name": "b", "kind": "test://id-a"}}),
        plan(_COPIES.format(2, '"b2", "kind": [a.address]')),
        up(),
    ],
    "goes-before-what-it-needed": [
        up('b = Thing("b", {"name": "b", "kind": "x"})\nThing("d", {"name": "d", "parts": [b.address]})'),
        up(
            'b = Thing("b", {"name": "b2", "kind": "y"})\nThing("d", {"name": "d", "parts": [b.address], "fail": "update"})'
        ),
        up('b = Thing("b", {"name": "b2", "kind": "y"})'),
    ],
    "archive-order": [up(_FOLDER)],
}
