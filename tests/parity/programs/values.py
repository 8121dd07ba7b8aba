"""Values of every kind: secrets, unknowns, assets, numbers."""

from tests.parity.step import Step, plan, up

_FILES = '"file": pulumi.FileAsset("folder/one.txt"), "text": pulumi.StringAsset("{}")'
_NESTED = """
    secret = pulumi.Output.secret
    a = Thing("a", {{"kind": "{}"}})
    b = Thing("b", {{"name": "b", "parts": [{{"deep": [secret({{"x": [a.address, 1]}}), a.id]}}, secret([1, {{"k": a.address}}])],
        "map": {{"s": secret(pulumi.StringAsset("x")), "t": [pulumi.FileAsset("folder/one.txt"), a], "u": a.address.apply(len)}}}})
    pulumi.export("b", {{"all": [b.id, secret(a.address), {{"k": secret([b.address])}}]}})
"""

PROGRAMS: dict[str, list[Step]] = {
    "secrets": [
        up("""
            secret = pulumi.Output.secret
            a = Thing("a", {"name": "a", "password": secret("hunter2"), "parts": [1, {"x": secret({"y": [2]})}]})
            Thing("b", {"name": "b", "parts": [a.password, a.address]})
            Thing("c", {"name": "c", "parts": pulumi.Output.all(a.password, 1).apply(lambda both: {"all": both})})
            pulumi.export("password", a.password)
        """),
        up("""
            a = Thing("a", {"name": "a", "password": "hunter2"})
            b = Thing("b", {"name": "b", "parts": [a.password, a.address]})
            pulumi.export("password", pulumi.Output.unsecret(b.password))
        """),
    ],
    "unknowns": [
        plan("""
            a = Thing("a", {"name": "a"})
            b = Thing("b", {"name": "b", "parts": [a.address, {"x": [a.id]}, a.size]})
            c = Thing("c", {"name": "c", "password": pulumi.Output.secret(b.address)})
            pulumi.export("c", {"nested": [c.password]})
        """),
        up(),
        plan("""
            a = Thing("a", {"name": "a2", "kind": "x"})
            b = Thing("b", {"name": "b", "parts": [a.address, {"x": [a.id]}, a.size]})
            c = Thing("c", {"name": "c", "password": pulumi.Output.secret(b.address), "kind": a.id})
        """),
        up(),
    ],
    "nested": [
        plan(_NESTED.format("x")),
        up(),
        plan(_NESTED.format("y")),
        up(),
        up(),
    ],
    "assets": [
        up(f'Thing("a", {{"name": "a", {_FILES.format("x")}}})'),
        up(f'Thing("a", {{"name": "a", {_FILES.format("y")}}})'),
    ],
    "archives": [
        up("""
            Thing("a", {"name": "a", "all": pulumi.AssetArchive({
                "b": pulumi.StringAsset("x"), "a/c": pulumi.FileAsset("folder/one.txt"), "dir": pulumi.FileArchive("folder"),
            }), "dir": pulumi.FileArchive("folder")})
        """),
        up('Thing("a", {"name": "a", "all": pulumi.AssetArchive({"b": pulumi.StringAsset("x")})})'),
    ],
    "numbers": [
        up('Thing("a", {"name": "a", "size": 2.0, "parts": [1e21, 0.1, -1, 2**53, 1.5e-9]})'),
        up('Thing("a", {"name": "a", "size": 2, "parts": [1e21, 0.1, -1, 2**53, 1.5e-9]})'),
    ],
    "empty": [
        up(
            'Thing("a", {"name": "a", "parts": [], "map": {}, "none": None, "text": "", "nested": [None, {"n": None}]})'
        ),
        up('Thing("a", {"name": "a", "parts": [None], "map": {"x": None}})'),
    ],
    "text": [
        up(
            'Thing("a", {"name": "a", "parts": ["<&>\\u2028", "äß😀", "line\\nline", "a::b$c"]})\nThing("x::y $z", {"name": "x"})'
        )
    ],
}
