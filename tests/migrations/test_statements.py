"""Where statements begin and end, by PostgreSQL's rules and psql's, and what runs inside them."""

from __future__ import annotations

import pytest

from migrations import lexis
from migrations.statements import read


def outer(text: str) -> list[str]:
    """The first words of what the file itself runs."""
    return [" ".join(each.words[:2]) for each in read(text).statements if not each.inside]


def inner(text: str) -> list[tuple[str, str, int]]:
    """What runs inside, by what, and in which line."""
    script = read(text)
    return [
        (" ".join(each.words[:3]), each.inside, script.line(each.start)) for each in script.statements if each.inside
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'a;b'",
        "SELECT 'it''s;'",
        r"SELECT E'a\';b'",
        r"SELECT 'a\' || ';'",
        'SELECT 1 AS "a;b"',
        'SELECT 1 AS "a"";b"',
        "SELECT $$;$$",
        "SELECT $a$ $b$;$b$ $$;$$ $a$",
        "SELECT U&'\\0441;'",
        "SELECT 1 -- ;\n+ 1",
        "SELECT 1 /* ; /* ; */ ; */ + 1",
        "SELECT 1 +-- ;\n 1",
        "CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; DELETE FROM c)",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
        "SELECT a$$b$$c FROM t",
    ],
)
def test_semicolons_that_end_nothing(text: str) -> None:
    assert len(outer(f"{text};\nSELECT 2;")) == 2


def test_a_semicolon_after_an_identifier_with_dollars_ends_the_statement() -> None:
    assert outer("SELECT a$$; SELECT b$$;") == ["SELECT A$$", "SELECT B$$"]


def test_what_psql_reads_is_no_sql() -> None:
    text = "\\echo DROP TABLE a;\n\\set x 'DROP TABLE b'\nCOPY t FROM STDIN;\n1\tDROP TABLE c;\n\\.\nSELECT 1 \\gexec\nSELECT 2;"
    assert outer(text) == ["COPY T", "SELECT 1", "\\ GEXEC", "SELECT 2"]


def test_copy_without_its_end_hides_nothing() -> None:
    assert outer("COPY t FROM STDIN;\nDROP TABLE a;") == ["COPY T", "DROP TABLE"]


def test_what_squawk_gets_has_every_place_where_it_was() -> None:
    text = "-- é\r\nSELECT :'x', :y, a[1:2], 'ü';\r\\echo no\n/* squawk-ignore */ SELECT 1 \\g\nSELECT 2"
    script = read(text)
    plain = script.plain
    assert len(plain) == len(text)
    assert plain.isascii()
    assert "squawk" not in plain
    assert "\\" not in plain
    assert plain.index("SELECT 2") == text.index("SELECT 2")
    assert plain.count(";") == 2
    assert plain.count("\n") == script.line(len(text)) - 1


def test_a_block_is_read_as_its_statements() -> None:
    text = """DO $$
DECLARE r record;
BEGIN
  IF EXISTS (SELECT 1 FROM t WHERE CASE WHEN a THEN b ELSE c END) THEN DROP TABLE x; ELSE
    TRUNCATE y;
  END IF;
  <<each>> FOR r IN SELECT * FROM t LOOP
    UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE c;
  END LOOP;
  CASE n WHEN 1 THEN DROP VIEW v; END CASE;
EXCEPTION WHEN others THEN
  DELETE FROM z;
END $$;"""
    assert [each for each in inner(text) if each[0].split()[0] not in ("R", "SELECT")] == [
        ("DROP TABLE X", "do", 4),
        ("TRUNCATE Y", "do", 5),
        ("UPDATE T SET", "do", 8),
        ("DROP VIEW V", "do", 10),
        ("DELETE FROM Z", "do", 12),
    ]


def test_a_block_in_plain_quotes_knows_its_lines() -> None:
    assert inner("DO '\nBEGIN\n  PERFORM ''a'';\n  DROP TABLE x;\nEND'")[1] == ("DROP TABLE X", "do", 4)


@pytest.mark.parametrize(
    "given",
    [
        "'DROP TABLE x'",
        "'DROP TABLE ' || quote_ident(x)",
        "format('DROP TABLE %I', x)",
        "'DROP ' || 'TABLE ' || x || ' CASCADE'",
        "$q$DROP TABLE x$q$",
        "E'DROP\\x20TABLE x'",
        "('DROP TABLE x') USING 1",
    ],
)
def test_what_execute_is_given_is_read(given: str) -> None:
    found = [each for each in inner(f"DO $$ BEGIN EXECUTE {given}; END $$") if each[1] == "dynamic"]
    assert [each[0].rpartition(" ")[0] for each in found] == ["DROP TABLE"]


def test_blocks_in_texts_in_blocks() -> None:
    text = "DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN EXECUTE ''DROP TABLE x''; END $b$'; END $a$"
    assert inner(text)[-1] == ("DROP TABLE X", "dynamic", 1)


def test_a_function_that_the_file_calls_runs_and_one_that_it_does_not_call_does_not() -> None:
    made = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\nDROP TABLE x; END $$;"
    assert inner(made) == []
    assert inner(f"{made}\nSELECT f();") == [("DROP TABLE X", "function", 2)]


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("SELECT 'a", 7, "string"),
        ("SELECT E'a\\'", 7, "string"),
        ('SELECT "a', 7, "quoted name"),
        ("SELECT $a$ $$ ", 7, "string"),
        ("SELECT /* /* */", 7, "comment"),
    ],
)
def test_what_has_no_end_is_told_where_it_begins(text: str, at: int, what: str) -> None:
    broken = read(text).broken
    assert broken == lexis.Broken(at, f"the {what} that begins here has no end")
