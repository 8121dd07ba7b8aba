"""Reading, importing, refreshing, and other stacks."""

from tests.parity.step import Step, destroy, look, plan, refresh, up

_OTHER = {"id-other": {"name": "other", "size": 3}}
_DRIFTING = """
    a = Thing("a", {"name": "a", "size": 1}, Opts(ignore_changes=["size"]))
    b = Thing("b", {"name": "b"}, Opts(protect=True))
    Thing("c", {"name": "c", "parts": [b.address]}, Opts(depends_on=[b], parent=b))
    Thing("s", {"name": "s", "password": pulumi.Output.secret("x")}, Opts(additional_secret_outputs=["address"]))
    Thing("r", None, Opts(id="id-other"))
    p = Provider("p", {"account": "x"})
    Group("g", 2, Opts(providers=[p]))
    pulumi.export("b", b.address)
"""
_DRIFT = {
    "id-a": {"name": "a", "size": 7},
    "id-b": None,
    "id-s": {"name": "s", "password": "y"},
    "id-other": {"name": "other", "size": 4},
}
_A, _B = "test:index:Thing::a", "test:index:Thing::b"

PROGRAMS: dict[str, list[Step]] = {
    "read": [
        up('r = Thing("r", None, Opts(id="id-other"))\nThing("b", {"name": "b", "parts": [r.size]})', drift=_OTHER),
        plan(drift={"id-other": {"name": "other", "size": 4}}),
        up(),
        up(""),
    ],
    "read-missing": [up('Thing("r", None, Opts(id="id-nowhere"))')],
    "read-after-managed": [
        up('Thing("r", {"name": "r"})'),
        up('Thing("r", None, Opts(id="id-other"))', drift=_OTHER),
        up('Thing("r", {"name": "r"})'),
    ],
    "import": [
        up('Thing("i", {"name": "other", "size": 3}, Opts(import_="id-other"))', drift=_OTHER),
        up(),
        up('Thing("i", {"name": "other", "size": 4})'),
        destroy(),
    ],
    "import-differs": [
        plan('Thing("i", {"name": "other", "size": 5}, Opts(import_="id-other"))', drift=_OTHER),
        up(),
    ],
    "import-missing": [up('Thing("i", {"name": "other"}, Opts(import_="id-nowhere"))')],
    "import-replaced": [
        up('Thing("i", {"name": "other", "size": 3}, Opts(import_="id-other"))', drift=_OTHER),
        up('Thing("i", {"name": "other", "size": 3, "kind": "x"}, Opts(import_="id-other"))'),
    ],
    "import-over": [
        up('Thing("i", {"name": "i"})', drift=_OTHER),
        up('Thing("i", {"name": "other", "size": 3}, Opts(import_="id-other"))'),
    ],
    "refresh": [
        up("""
            a = Thing("a", {"name": "a", "size": 1})
            b = Thing("b", {"name": "b"})
            Thing("c", {"name": "c", "parts": [b.address]}, Opts(depends_on=[b]))
            Thing("s", {"name": "s", "password": pulumi.Output.secret("x")}, Opts(additional_secret_outputs=["address"]))
            Group("g", 1)
        """),
        refresh(drift={"id-a": {"name": "a", "size": 7}, "id-b": None}),
        up(),
        refresh(),
    ],
    "refresh-preview": [
        look(),
        up(_DRIFTING, drift=_OTHER),
        look(),
        look(drift=_DRIFT),
        look(targets=(_A, _B)),
        look(targets=(_B,), dependents=True),
        refresh(targets=(_B,)),
        refresh(),
        look(),
        up(),
    ],
    "refresh-preview-after-failures": [
        up(
            'a = Thing("a", {"name": "a", "zone": "1"})\nb = Thing("b", {"name": "b", "kind": a.address, "fail": "delete"})\n'
            'Thing("c", {"name": "c", "fail": "init"}, Opts(depends_on=[b]))'
        ),
        up(
            'a = Thing("a", {"name": "a", "zone": "1"})\nThing("c", {"name": "c"}, Opts(depends_on=[a]))\n'
            'Thing("b", {"name": "b2", "kind": [a.address]}, Opts(retain_on_delete=True))\nThing("d", {"name": "d", "zone": "1"})'
        ),
        up('Thing("d", {"name": "d", "zone": "2", "fail": "create"})'),
        look(drift={"id-b": None}),
        refresh(),
        up(""),
    ],
    "refresh-parent-gone": [
        up('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b"}, Opts(parent=a))'),
        refresh(drift={"id-a": None}),
    ],
    "refresh-ignored": [
        up('Thing("a", {"name": "a", "size": 1}, Opts(ignore_changes=["size"]))'),
        refresh(drift={"id-a": {"name": "a", "size": 2}}),
        up(),
    ],
    "refresh-secret": [
        up("""
            Thing("a", {"name": "a", "password": pulumi.Output.secret("x"), "parts": [{"k": pulumi.Output.secret("y")}]})
            Thing("b", {"name": "b", "kind": pulumi.Output.secret("z")}, Opts(protect=True))
        """),
        refresh(drift={"id-a": {"name": "a", "password": "new", "parts": [{"k": "newer"}]}}),
        refresh(drift={"id-a": {"name": "a", "parts": ["z"]}, "id-b": None}),
        up(),
    ],
    "refresh-not-ready": [
        up('Thing("a", {"name": "a", "fail": "init"})'),
        refresh(),
        up('Thing("a", {"name": "a"})'),
    ],
    "refresh-replaced": [
        up('Thing("a", {"kind": "x", "fail": "delete"})'),
        up('Thing("a", {"kind": "y"})'),
        refresh(),
        up(),
    ],
    "read-options": [
        up(
            """
            a = Thing("a", {"name": "a"})
            g = Group("g", 1)
            p = Provider("p", {"account": "one"})
            Thing("r", None, Opts(id="id-other", parent=g, depends_on=[a], additional_secret_outputs=["size"], provider=p))
        """,
            drift=_OTHER,
        ),
        up(),
        destroy(),
    ],
    "refresh-read": [
        up('Thing("r", None, Opts(id="id-other"))', drift=_OTHER),
        refresh(drift={"id-other": {"name": "other", "size": 9}}),
    ],
    "stack-reference": [
        up(
            'pulumi.export("plain", [1, {"x": None}])\npulumi.export("hidden", pulumi.Output.secret("deep"))',
            stack="base",
        ),
        up("""
            base = pulumi.StackReference("organization/proj/base")
            Thing("a", {"name": "a", "parts": [base.get_output("plain")], "password": base.get_output("hidden")})
            pulumi.export("missing", base.get_output("missing"))
        """),
        up(),
        destroy(),
    ],
    "stack-reference-missing": [up('pulumi.StackReference("organization/proj/nowhere")')],
}
