"""What programs are made of: components, transforms, invokes, messages, outputs."""

from tests.parity.step import Step, plan, up

_BOX = """
    class Box(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("test:index:Box", name, {{"given": [pulumi.Output.secret("in"), {{"n": None}}]}}, opts)
            self.thing = Thing(f"{{name}}-thing", {{"kind": "{}"}}, Opts(parent=self))
            self.register_outputs({{"plain": 1, "hidden": pulumi.Output.secret("x"), "later": self.thing.address,
                "thing": self.thing, "nested": {{"all": [pulumi.Output.secret(self.thing.address), self.thing.id]}}}})
    box = Box("box")
    other = Thing("other", {{"name": "other", "parts": [box.thing.address, box]}}, Opts(depends_on=[box]))
    pulumi.export("box", box)
"""

PROGRAMS: dict[str, list[Step]] = {
    "component": [
        up('g = Group("g", 2)\npulumi.export("all", g.addresses)'),
        up('g = Group("g", 3)\npulumi.export("all", g.addresses)'),
        up('pulumi.export("all", [])'),
    ],
    "components-nested": [
        up("""
            class Outer(pulumi.ComponentResource):
                def __init__(self, name, opts=None):
                    super().__init__("test:index:Outer", name, {}, opts)
                    self.inner = Group(f"{name}-inner", 1, Opts(parent=self))
                    self.register_outputs({"n": self.inner.addresses})
            o = Outer("o", Opts(protect=False))
            Thing("b", {"name": "b"}, Opts(depends_on=[o]))
        """),
    ],
    "component-outputs": [
        plan(_BOX.format("x")),
        up(),
        plan(_BOX.format("y")),
        up(),
    ],
    "stack-transform": [
        up("""
            def sized(args):
                if args.type_ == "test:index:Thing":
                    return pulumi.ResourceTransformResult(props={**args.props, "size": 9}, opts=args.opts)
            def guarded(args):
                return pulumi.ResourceTransformResult(props=args.props, opts=Opts.merge(args.opts, Opts(protect=False, retain_on_delete=True)))
            pulumi.runtime.register_resource_transform(sized)
            pulumi.runtime.register_resource_transform(guarded)
            a = Thing("a", {"name": "a"})
            Group("g", 1)
        """),
        up('a = Thing("a", {"name": "a"})'),
    ],
    "resource-transform": [
        up("""
            def sized(args):
                return pulumi.ResourceTransformResult(props={**args.props, "size": 5}, opts=args.opts)
            Group("g", 1, Opts(transforms=[sized]))
            Thing("a", {"name": "a"}, Opts(transforms=[sized]))
            Thing("b", {"name": "b"}, Opts(transformations=[lambda args: pulumi.ResourceTransformationResult({**args.props, "size": 6}, args.opts)]))
        """),
    ],
    "invoke": [
        plan('a = Thing("a", {"name": "a"})\npulumi.export("said", say(["x", 1, {"y": None}]))'),
        up(),
        up("""
            a = Thing("a", {"name": "a"})
            said = pulumi.runtime.invoke_output("test:index:say", {"say": a.address}, pulumi.InvokeOutputOptions(version="1.2.3"))
            Thing("b", {"name": "b", "parts": [said.apply(lambda said: said["echo"])]})
            pulumi.export("said", said)
        """),
    ],
    "transform-options": [
        up("""
            base = Thing("base", {"name": "base"})
            p = Provider("p", {"account": "one"})
            def changed(args):
                if args.name not in ("a", "g", "g-0"):
                    return None
                more = Opts(depends_on=[base], ignore_changes=["size"], additional_secret_outputs=["address"], provider=p,
                    custom_timeouts=pulumi.CustomTimeouts(create="5m"), delete_before_replace=True, deleted_with=base,
                    replace_on_changes=["parts"], aliases=[pulumi.Alias(name=args.name + "-old")])
                return pulumi.ResourceTransformResult(props=args.props, opts=Opts.merge(args.opts, more))
            pulumi.runtime.register_resource_transform(changed)
            Thing("a", {"name": "a", "size": 1, "parts": [1]})
            Group("g", 1)
        """),
        up("""
            base = Thing("base", {"name": "base"})
            def changed(args):
                if args.type_ == "test:index:Thing":
                    return pulumi.ResourceTransformResult(
                        props={**args.props, "parts": pulumi.Output.secret([2])}, opts=Opts.merge(args.opts, Opts(depends_on=[base]))
                    )
            Thing("a", {"name": "a", "size": 2, "parts": base.address}, Opts(transforms=[changed]))
        """),
    ],
    "invoke-transform": [
        up("""
            def louder(args):
                return pulumi.InvokeTransformResult(args={**args.args, "say": "loud"}, opts=args.opts)
            pulumi.runtime.register_invoke_transform(louder)
            pulumi.export("said", say("quiet"))
        """),
    ],
    "invoke-values": [
        plan("""
            a = Thing("a")
            def told(what):
                return pulumi.runtime.invoke_output("test:index:say", {"say": what}, pulumi.InvokeOutputOptions(version="1.2.3"))
            pulumi.export("hidden", told(pulumi.Output.secret("x")))
            pulumi.export("nested", told({"k": [pulumi.Output.secret("x"), 1]}))
            Thing("b", {"name": "b", "parts": [told([a.address, "x"])]})
            after = pulumi.InvokeOutputOptions(version="1.2.3", depends_on=[a])
            pulumi.export("after", pulumi.runtime.invoke_output("test:index:say", {"say": 1}, after))
        """),
        up(),
    ],
    "messages-of-components": [
        plan("""
            g = Group("g", 1)
            pulumi.log.warn("about all of it", g)
            pulumi.log.debug("for nobody", g)
            pulumi.log.info("two\\nlines", g.things[0])
        """),
        up(),
    ],
    "messages": [
        up("""
            a = Thing("a", {"name": "a"})
            pulumi.log.info("hello", a)
            pulumi.log.warn("careful", a)
            pulumi.info("to all")
        """),
    ],
    "message-error": [
        up('a = Thing("a", {"name": "a"})\npulumi.log.error("no good", a)'),
        up('pulumi.log.error("no good either")'),
    ],
    "outputs": [
        up("""
            pulumi.export("n", [1, 2.5, 1e30, -0.0, None, True, "", {}])
            pulumi.export("s", pulumi.Output.secret({"deep": "x<y&z"}))
            pulumi.export("nested", {"a": pulumi.Output.secret("b"), "c": "d"})
        """),
        up('pulumi.export("n", 1)'),
        up(""),
    ],
    "outputs-on-failure": [
        up('pulumi.export("x", 1)'),
        up('pulumi.export("x", 2)\nThing("a", {"name": "a", "fail": "create"})'),
    ],
    "config": [
        up(
            'c = pulumi.Config()\npulumi.export("n", c.require_int("replicas"))\npulumi.export("s", c.get("s"))',
            config={"proj:s": "text"},
        ),
        up(config={"proj:replicas": 7}),
    ],
    "resource-reference": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "parts": [a, {"g": a}]})\npulumi.export("a", a)'),
        up('a = Thing("a", {"name": "a", "size": 1})\nThing("b", {"name": "b", "parts": [a]})\npulumi.export("a", a)'),
    ],
}
