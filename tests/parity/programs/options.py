"""Resource options that are not about deleting."""

from tests.parity.step import Step, plan, refresh, up

_BOX = """
    class Box(pulumi.ComponentResource):
        def __init__(self, name, value, opts):
            super().__init__("test:index:Box", name, {{"value": value, "parts": []}}, opts)
            Thing("a", {{"name": "a"}}, Opts(parent=self, protect=False))
            self.register_outputs({{}})
    Box("box", {}, {})
"""

PROGRAMS: dict[str, list[Step]] = {
    "ignore-changes": [
        up('Thing("a", {"name": "a", "size": 1, "parts": [{"x": 1, "y": 1}], "kind": "x"})'),
        up(
            'Thing("a", {"name": "a", "size": 2, "parts": [{"x": 2, "y": 2}], "kind": "y"}, Opts(ignore_changes=["size", "parts[*].x", "kind"]))'
        ),
        up('Thing("a", {"name": "a"}, Opts(ignore_changes=["*"]))'),
    ],
    "ignore-changes-missing": [
        up('Thing("a", {"name": "a", "parts": []})'),
        up('Thing("a", {"name": "a", "parts": []}, Opts(ignore_changes=["parts[0].x", "nothing", "size"]))'),
    ],
    "ignore-changes-added": [
        up('Thing("a", {"name": "a", "parts": pulumi.Output.secret({"k": 1})})'),
        up(
            'Thing("a", {"name": "a", "parts": {"k": 2, "l": 3}, "map": {"x": 1, "y": 2}}, Opts(ignore_changes=["parts.k", "map.x"]))'
        ),
        up('Thing("a", {"name": "a", "parts": [1], "map": {"x": 2}}, Opts(ignore_changes=["parts.k", "map[*]"]))'),
    ],
    "replace-on-changes": [
        up('Thing("a", {"size": 1, "parts": [{"x": 1}]}, Opts(replace_on_changes=["size", "parts[*].x"]))'),
        up('Thing("a", {"size": 2, "parts": [{"x": 1}]}, Opts(replace_on_changes=["size", "parts[*].x"]))'),
        up('Thing("a", {"size": 2, "parts": [{"x": 2}]}, Opts(replace_on_changes=["size", "parts"]))'),
    ],
    "alias-name": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "parts": [a.address]})'),
        plan(
            'a = Thing("new", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))\nThing("b", {"name": "b", "parts": [a.address]})'
        ),
        up(),
        up('a = Thing("new", {"name": "a"})\nThing("b", {"name": "b", "parts": [a.address]})'),
    ],
    "alias-parent": [
        up('Thing("t", {"name": "t"})\nGroup("g", 1)'),
        up(
            'g = Group("h", 1, Opts(aliases=[pulumi.Alias(name="g")]))\nThing("t", {"name": "t"}, Opts(parent=g, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))'
        ),
        up(
            'g = Group("h", 1)\nThing("t", {"name": "t"}, Opts(aliases=["urn:pulumi:dev::proj::test:index:Group$test:index:Thing::t"]))'
        ),
    ],
    "alias-type": [
        up('pulumi.CustomResource("test:index:Other", "a", {"name": "a"}, Opts(version="1.2.3"))'),
        plan('Thing("b", {"name": "a"}, Opts(aliases=[pulumi.Alias(type_="test:index:Other", name="a")]))'),
        up(),
        up('Thing("c", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="b", stack="dev", project="proj")]))'),
    ],
    "alias-replace": [
        up('a = Thing("a", {"name": "a", "kind": "x"})'),
        up('a = Thing("new", {"name": "n", "kind": "y"}, Opts(aliases=[pulumi.Alias(name="a")]))'),
    ],
    "alias-conflict": [
        up('Thing("a", {"name": "a"})'),
        up(
            'b = Thing("b", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))\nThing("c", {"name": "c"}, Opts(depends_on=[b], aliases=[pulumi.Alias(name="a")]))'
        ),
    ],
    "additional-secret-outputs": [
        up('a = Thing("a", {"name": "a", "size": 1})\nThing("b", {"name": "b", "parts": [a.address]})'),
        up(
            'a = Thing("a", {"name": "a", "size": 1}, Opts(additional_secret_outputs=["address"]))\nThing("b", {"name": "b", "parts": [a.address]})'
        ),
        up(
            'a = Thing("a", {"name": "a", "size": 2}, Opts(additional_secret_outputs=["address", "size"]))\nThing("b", {"name": "b", "parts": [a.address]})'
        ),
    ],
    "custom-timeouts": [
        up(
            'Thing("a", {"name": "a"}, Opts(custom_timeouts=pulumi.CustomTimeouts(create="10m", update="1h30m", delete="45s")))'
        ),
        up('Thing("a", {"name": "a", "size": 1}, Opts(custom_timeouts=pulumi.CustomTimeouts(create="2m")))'),
    ],
    "depends-on": [
        up(
            'a = Thing("a", {"name": "a"})\ng = Group("g", 2, Opts(depends_on=[a]))\nThing("b", {"name": "b"}, Opts(depends_on=[g]))'
        ),
        up(
            'a = Thing("a", {"name": "a", "size": 1})\ng = Group("g", 3, Opts(depends_on=[a]))\nThing("b", {"name": "b", "size": 1}, Opts(depends_on=[g, a]))'
        ),
    ],
    "component-options": [
        up(_BOX.format("1", "None")),
        up(
            _BOX.format(
                'pulumi.Output.secret("2")',
                'Opts(ignore_changes=["value", "parts[0].x"], replace_on_changes=["value"])',
            )
        ),
        up(_BOX.format("3", 'Opts(replace_on_changes=["value"], delete_before_replace=True)')),
        up(_BOX.format("3", "Opts(replacement_trigger=1)")),
        up(_BOX.format("3", "Opts(replacement_trigger=2, protect=True)")),
        up(_BOX.format("3", "Opts(replacement_trigger=3, protect=True)")),
    ],
    "replacement-trigger": [
        up('Thing("a", {"size": 1}, Opts(replacement_trigger={"v": 1}))'),
        up('Thing("a", {"size": 1}, Opts(replacement_trigger={"v": 1}))'),
        up('Thing("a", {"size": 1}, Opts(replacement_trigger={"v": 2}))'),
    ],
    "replace-with": [
        up('a = Thing("a", {"kind": "x"})\nThing("b", {"size": 1}, Opts(replace_with=[a]))'),
        up('a = Thing("a", {"kind": "y"})\nThing("b", {"size": 1}, Opts(replace_with=[a]))'),
    ],
    "version": [
        up('pulumi.CustomResource("test:index:Thing", "a", {"name": "a"}, Opts(version="1.2.3"))'),
        up('Thing("a", {"name": "a"})'),
        refresh(),
    ],
}
