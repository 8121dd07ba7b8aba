"""What people and programs write in YAML by mistake, as it stands in the text."""

# fmt: off
VALUES = (
    "", "null", "''", "' '", "true", "false", "0", "-1", "1.5", "-0.0", "1e400", ".inf", ".nan", "'12'",
    "9223372036854775808", "-" + "9" * 30, "9" * 5000, "0x" + "f" * 5000, "1:30:45", "0b2", "1_000", "08",
    "[]", "{}", "[[]]", "[null]", "[1, a, true]", "[a, a]", "{'': ''}", "{1: 2}", "{null: null}", "{true: [1]}", "[{}]",
    "{[a]: b}", "{{a: b}: c}", "? [a]", "[" * 3000, "[" * 200_000, "[" * 400 + "]" * 400, "{a: " * 400 + "}" * 400,
    "2026-12-31", "2026-99-99", "2026-01-31T12:00:00Z", "2026-01-31T99:00:00Z", "0000-00-00",
    "!!int abc", "!!float x", "!!bool maybe", "!!binary aGk=", "!!binary '*'", "!!set {a, b}", "!!omap [a: b]",
    "!!omap [a]", "!!pairs 1", "!!timestamp soon", "!!null x", "!!str", "!!seq {}", "!!map []", "!own x",
    "!!python/object/apply:os.getcwd []", "&a [*a]", "&a {b: *a}", "*nobody", "{<<: 1}", "{<<: [1]}", "&a {<<: *a}",
    '"ünï☃\\u202e"', '"\\ud800"', '"a\\nb"', '"a\\0b"', "'[red]x[/]'", "'%s {0} $(X) ${X}'", "'../../etc'", "'a|b'",
    "x" * 10_000, "a-b-c", "A_B", "-a", "'=1'", "*", "&", "!", "%", "@", "`", "|", ">", '"', "'", "{", "]", "a: b", "- a",
)
"""Behind a key: of every type, empty, huge, negative, of other alphabets, and no YAML at all."""

NAMES = (
    "unknown", "'Capital Letters'", "''", "1", "null", "true", "1.5", "2026-12-31", "2026-99-99", "<<", "'<<'", "[a]",
    "? {a: b}", "'a.b'", "'a:b'", "ünï☃", '"\\ud800"', "x" * 300, "9" * 5000, "!!binary aGk=", "!!int a", "'[red]'",
    "default",
)
"""As a key beside one, or in its place."""

BREAKS = (
    "\t", "{", "}", "[", "]", ":", "- ", "&", "*", "!", "|", ">", "'", '"', "%", "@", "`", "\0", "\x07", "\ufffe",
    "\n---\n", "\n",
)
"""Put anywhere into the text."""

WHOLE = (
    "", "null", "[]", "text", "1", "--- {}\n--- {}", "\ufeff", "%YAML 9.9\n--- {}", "config: [", "&a {b: *a}", "[" * 3000,
)
"""In place of the whole text."""
# fmt: on
