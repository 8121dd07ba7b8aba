"""What programs are made of: components, transforms, invokes, messages, outputs."""

from tests.parity.step import Step, plan, up

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
