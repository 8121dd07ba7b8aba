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

_SCALARS = (
    """
yes|Yes|on|off|y|n|true|True|TRUE|tRUE|false|False|~|null|Null|NULL|nULL||"yes"|'010'|"a\\tb"|=|<<|a b|-x|!!str 12|!!str|&a x|?x
0|-0|+0|00|010|-010|+010|0777|0888|08|0_7|0o17|0O17|-0o17|0o8|0x1F|0X1f|-0x1F|0x|0b101|-0b101|0b12|0b|1_000|1__0|1_|_1|+1|-1|+|1-2
9223372036854775808|-9223372036854775808|-9223372036854775809|18446744073709551615|18446744073709551616|12345678901234567890123
1.0|1.|.5|-.5|+.5|-0.0|1.50|08.5|1_0.5|0.1|123456789.123|123456789012345680.5|.|..|.e1|1e|1.2.3|1d|0x1p4|Infinity|NaN|inf
1e3|1E3|1.e3|1e+3|1e-3|0.00001|0.000001|0.0000001|1.5e-7|1e16|1e20|1e21|1.5e300|1e400|-1e400|1e-400
2026-11-29|2026-1-1|2026-02-30|26-11-29|2026-11|2026-11-29T10:00:00Z|2026-11-29t1:2:3Z|2026-11-29T10:00:00+02:00|2026-11-29T10:00:00+00:00
2026-11-29T10:00:00.5Z|2026-11-29 10:00:00|2026-11-29 10:00:00.250|2026-11-29 10:00:00Z|2026-11-29T10:00:00|2026-11-29T10:00Z|2026-11-29T25:00:00Z
10:00|1:30|190:20:30|[1.0, 010, yes, 2026-11-29, ~, 0x10, 1e3, 1.5, "1"]|[[], {}, [~]]|{a: {b: on}, 1: x, "2": y, true: z, 1.5: w, ~: v, 1e3: u}
{2026-11-29: x, 0x10: y}|{<<: {a: 1, b: 1}, b: 2}|{<<: [{a: 1}, {a: 2, c: 3}]}
""".strip()
    .replace("\n", "|")
    .split("|")
)

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
    "scalars": [
        up(
            "config = pulumi.Config()\n"
            f"for number in range({len(_SCALARS)}):\n"
            '    pulumi.export(f"v{number}", repr(config.get(f"v{number}")))',
            config="\n".join(f"proj:v{number}: {text}" for number, text in enumerate(_SCALARS)),
        ),
    ],
}
