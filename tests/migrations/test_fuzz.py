"""What nobody has thought of: no text stops the checker, and a destructive statement is found however it is written."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrations import checker, direction, lexis, texts

SIGNS = [
    "'",
    "''",
    '"',
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "\n",
    "\r",
    ";",
    "(",
    ")",
    "\\",
    "\\g",
    "\\.",
    "E'",
    'U&"',
    "U&'",
    "UESCAPE '!'",
    "'\n'",
    "\\\\",
    "\\set a b",
    "\\i",
    "\\r",
    ":a",
    "#",
    ":",
    ",",
]
WORDS = """
    BEGIN END IF THEN CASE LOOP FOR IN EXECUTE DO DECLARE COPY STDIN ATOMIC CREATE ALTER TABLE DROP COLUMN ADD CONSTRAINT
    TYPE WITH AS UPDATE DELETE FROM WHERE INDEX ON CONCURRENTLY RENAME TO SET NOT NULL DEFAULT a b.c %I 1 \u00e9 \u0131 VACUUM
    REINDEX LOCK TRUNCATE REVOKE PARTITION VALIDATE GENERATED LANGUAGE FUNCTION f()
"""
PIECES = st.sampled_from([*SIGNS, *WORDS.split()])
"""Words that the rules look for, and signs that change how the rest is read."""


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
@example("DO")
@example("ALTER")
@example("DO $$ EXECUTE $$")
@example("ALTER TABLE a RENAME")
@example("E'\\")
def test_no_text_stops_the_checker(text: str) -> None:
    script = checker.read(text)
    checked = checker.check("1_a.sql", script, checker.judge("1_a.sql", script))
    assert len(script.plain) == len(text)
    assert script.plain.isascii()
    last = script.line(len(text))
    assert all(1 <= found.line <= last and found.column >= 1 for found in checked.findings)
    assert direction.direction_of({"1_a.sql": text}) in ("none", "expand", "contract", "coordinated")


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=200))
def test_the_quick_way_reads_what_the_other_reads(text: str) -> None:
    quick, other = lexis.lex(text, places=False), lexis.lex(text)
    assert [(words, starts[0], end) for words, starts, end in quick.statements] == [
        (words, starts[0], end) for words, starts, end in other.statements
    ]
    assert (quick.blanks, quick.variables, quick.broken) == (other.blanks, other.variables, other.broken)


@settings(max_examples=200)
@given(st.binary(max_size=200), st.sampled_from(["", "latin-1", "utf-16", "no such"]))
def test_no_bytes_stop_it(raw: bytes, told: str) -> None:
    assert isinstance(texts.decode(raw, told).text, str)


GAPS = st.sampled_from([" ", "\n", "\t", "\r\n", " /* DROP ' */ ", " -- it's\n", "/* /* ; */ $$ */", "  \f "])
DESTRUCTIVE = st.sampled_from(
    [
        ("drop-table", ["DROP", "TABLE", "t"]),
        ("drop-table", ["DROP", "TABLE", "IF", "EXISTS", '"T"', "CASCADE"]),
        ("drop-schema", ["DROP", "SCHEMA", "s"]),
        ("drop-database", ["DROP", "DATABASE", "d"]),
        ("drop-column", ["ALTER", "TABLE", "t", "DROP", "COLUMN", "c"]),
        ("drop-column", ["ALTER", "TABLE", "IF", "EXISTS", "ONLY", "s.t", "ADD", "d", "int", ",", "DROP", "c"]),
        ("drop-column", ["ALTER", "TABLE", "ONLY", "(", 'U&"!0074" UESCAPE', "'!'", ")", "DROP", "c"]),
        ("truncate", ["TRUNCATE", "t"]),
        ("truncate", ["TRUNCATE", "TABLE", "ONLY", "t", ",", "u"]),
    ]
)
AROUND = st.sampled_from(
    ["", "SELECT 'DROP TABLE x; --';", "SELECT $q$ ' $q$;", "SELECT E'\\';';", "/* ' */", "\\echo '\n"]
)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A destructive statement, in any case, with anything between its words."""
    rule, words = draw(DESTRUCTIVE)
    text = ""
    for word in words:
        cased = word if '"' in word else "".join(draw(st.sampled_from([str.upper, str.lower]))(c) for c in word)
        text += cased + draw(GAPS)
    return rule, text


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return "U&'" + "".join(f"!{ord(letter):04x}" for letter in text) + "' UESCAPE '!'"


WHERE = st.sampled_from(
    [
        "",
        "do",
        "do in quotes",
        "do in two strings",
        "if",
        "execute",
        "execute in parts",
        "variable",
        "escapes",
        "function",
    ]
)


@settings(max_examples=400)
@given(written(), WHERE, AROUND, AROUND)
def test_a_destructive_statement_is_found_however_it_is_written(
    statement: tuple[str, str], where: str, before: str, after: str
) -> None:
    rule, sql = statement
    body = f"BEGIN PERFORM 1; {sql}; END"
    text = {
        "": f"{sql};",
        "do": f"DO $body$ {body} $body$;",
        "do in quotes": f"DO LANGUAGE plpgsql {quoted(body)};",
        "if": f"DO $body$ BEGIN IF a > 1 THEN {sql}; ELSE PERFORM 1; END IF; END $body$;",
        "execute": f"DO $body$ BEGIN EXECUTE {quoted(sql)}; END $body$;",
        "do in two strings": f"DO LANGUAGE 'plpgsql' {quoted(body[:9])} -- it's\n {quoted(body[9:])};",
        "variable": f"DO $body$ DECLARE v text := {quoted(sql[:3])}; BEGIN v := v || {quoted(sql[3:])}; EXECUTE v; END $body$;",
        "escapes": f"DO $body$ BEGIN EXECUTE {escaped(sql)}; END $body$;",
        "function": f'CREATE FUNCTION "f"() RETURNS void LANGUAGE sql AS {quoted(sql)}; DO $$ BEGIN IF f() THEN END IF; END $$;',
        "execute in parts": f"DO $body$ BEGIN EXECUTE {quoted(sql[:4])} || {quoted(sql[4:])} || x; END $body$;",
    }[where]
    script = checker.read(f"{before}\n{text}\n{after}")
    assert script.broken is None
    found = checker.check("1_a.sql", script, checker.judge("1_a.sql", script)).findings
    assert rule in [each.rule for each in found]
