"""Providers: explicit, by default, handed down, and their configuration."""

from tests.parity.step import Step, destroy, plan, up

_ACCOUNT = 'p = Provider("p", {{"account": "{}", "region": "{}"}})\nThing("a", {{"size": 1}}, Opts(provider=p))'
_SEALED = "v1:38IiIJ3Ro5LrbJNV:DBeBzTQmW6btyGBcDuXCE931DCA="
_HANDED_DOWN = """
    p = Provider("p", {"account": "one"})
    q = Provider("q", {"account": "two"})
    class Box(pulumi.ComponentResource):
        def __init__(self, name, opts=None, child=None):
            super().__init__("test:index:Box", name, {}, opts)
            self.t = Thing(f"{name}-t", {"name": f"{name}-t"}, Opts.merge(Opts(parent=self), child))
            Thing(f"{name}-u", {"name": f"{name}-u"}, Opts(parent=self.t))
            Thing(f"{name}-r", None, Opts(parent=self, id="id-other"))
            self.said = pulumi.runtime.invoke("test:index:say", {"say": 1}, pulumi.InvokeOptions(parent=self)).value
            self.register_outputs({"said": self.said})
    b = Box("b", Opts(provider=p))
    c = Box("c", Opts(providers={"test": q, "other": p}), Opts(provider=p))
    d = Box("d", Opts(parent=c))
    e = Box("e", Opts(parent=b.t, providers=[q]))
    f = Box("f", Opts(parent=b.t))
    pulumi.export("said", [box.said for box in (b, c, d, e, f)])
"""

PROGRAMS: dict[str, list[Step]] = {
    "explicit": [
        up("""
            p = Provider("p", {"account": "one", "nested": {"k": [1, 2]}})
            q = Provider("q", {"account": pulumi.Output.secret("two")})
            Thing("a", {"name": "a"}, Opts(provider=q))
            Group("g", 1, Opts(provider=p))
            Group("h", 1, Opts(providers={"test": q}))
            def account(provider):
                return pulumi.runtime.invoke("test:index:say", {"say": 1}, pulumi.InvokeOptions(provider=provider)).value
            pulumi.export("accounts", [account(p), account(q), say(1)])
        """),
        destroy(),
    ],
    "default-configured": [
        up('Thing("a")\npulumi.export("said", say("x"))', config={"test:account": "mine"}),
        up(config={"test:account": "mine", "test:region": "far"}),
        up(config={"test:account": "other"}),
    ],
    "default-secret": [
        up('Thing("a")\npulumi.export("said", say("x"))', config={"test:account": {"secure": _SEALED}}),
        up(),
    ],
    "versions": [
        up("""
            p = Provider("p", {"account": "one"}, Opts(plugin_download_url="https://example.com/x"))
            Thing("a", {"name": "a"}, Opts(provider=p))
            pulumi.CustomResource("test:index:Thing", "b", {"name": "b"}, Opts(version="1.0.0-beta.1"))
            Thing("c", {"name": "c"})
        """),
        up("""
            p = Provider("p", {"account": "one"})
            Thing("a", {"name": "a"}, Opts(provider=p))
            pulumi.CustomResource("test:index:Thing", "b", {"name": "b"}, Opts(version="1.0.0"))
            Thing("c", {"name": "c"})
        """),
        destroy(),
    ],
    "default-disabled": [
        up('Thing("a", {"name": "a"})', config={"pulumi:disable-default-providers": ["test"]}),
    ],
    "reconfigured": [up(_ACCOUNT.format("one", "x")), plan(_ACCOUNT.format("one", "y")), up()],
    "replaced": [up(_ACCOUNT.format("one", "x")), plan(_ACCOUNT.format("two", "x")), up()],
    "moved-to-explicit": [
        up('Thing("a", {"name": "a"})'),
        up('p = Provider("p", {"account": "one"})\nThing("a", {"name": "a2"}, Opts(provider=p))'),
        up('p = Provider("p", {})\nq = Provider("q", {})\nThing("a", {"name": "a3"}, Opts(provider=q))'),
    ],
    "unknown-while-planning": [
        plan(
            'a = Thing("a", {"name": "a"})\np = Provider("p", {"account": a.address})\nThing("b", {"name": "b", "size": "no"}, Opts(provider=p))'
        ),
        up(
            'a = Thing("a", {"name": "a"})\np = Provider("p", {"account": a.address})\nThing("b", {"name": "b"}, Opts(provider=p))'
        ),
        plan(
            'a = Thing("a", {"kind": "y"})\np = Provider("p", {"region": a.address})\nThing("b", {"name": "b", "size": 1}, Opts(provider=p))'
        ),
        up(),
    ],
    "handed-down": [up(_HANDED_DOWN, drift={"id-other": {"name": "other"}}), destroy()],
    "provider-renamed": [
        up('p = Provider("p", {"account": "one"})\nThing("a", {"name": "a"}, Opts(provider=p))'),
        up(
            'p = Provider("q", {"account": "one"}, Opts(aliases=[pulumi.Alias(name="p")]))\nThing("a", {"name": "a"}, Opts(provider=p))'
        ),
    ],
}
