"""Which files `slipway migrations check` reads, and which it refuses: edited, twice, broken, in other encodings."""

from __future__ import annotations

import base64
import codecs
import hashlib

import pytest

from delivery.errors import ExitCode
from migrations import sums
from tests.lifecycle.commands import Site
from tests.migrations.checking import DROP, check, committed, git, write


def test_only_what_is_new_since_the_base_counts(empty: Site) -> None:
    write(empty, {"0001_a.sql": DROP, "0001_a.down.sql": "DROP TABLE a;"})
    committed(empty)
    write(empty, {"0002_b.sql": "CREATE TABLE b (id bigint);"})
    document = check(empty, "--base", "main", "--json").json
    assert (document["files"], document["findings"]) == (["db/0002_b.sql"], [])
    assert check(empty, "--json", code=3).json["files"] == ["db/0001_a.sql", "db/0002_b.sql"]
    assert "there is no commit 'nowhere'" in check(empty, "--base", "nowhere", code=2).err


def test_an_old_migration_is_neither_edited_nor_taken_away(empty: Site) -> None:
    write(empty, {"0001_a.sql": "SELECT 1;", "0002_b.sql": "SELECT 2;"})
    committed(empty)
    write(empty, {"0001_a.sql": "SELECT 3;"})
    (empty.folder / "db" / "0002_b.sql").unlink()
    found = check(empty, "--base", "main", "--json", code=2).json["mistakes"]
    assert [(each["rule"], each["file"]) for each in found] == [
        ("edited", "db/0001_a.sql"),
        ("edited", "db/0002_b.sql"),
    ]


def test_what_the_base_has_got_meanwhile_is_not_missing_here(empty: Site) -> None:
    write(empty, {"0001_a.sql": "SELECT 1;"})
    committed(empty)
    git(empty, "checkout", "--quiet", "-b", "mine")
    git(empty, "checkout", "--quiet", "main")
    write(empty, {"0002_b.sql": "SELECT 2;"})
    git(empty, "add", "db")
    git(empty, "commit", "--quiet", "--message", "Meanwhile")
    git(empty, "checkout", "--quiet", "mine")
    check(empty, "--base", "main")


def test_a_new_migration_comes_behind_those_of_the_base(empty: Site) -> None:
    write(empty, {"0001_a.sql": "SELECT 1;", "0003_b.sql": "SELECT 1;", "other/0009_c.sql": "SELECT 1;"})
    committed(empty)
    write(empty, {"0002_d.sql": "SELECT 1;", "0010_e.sql": "SELECT 1;", "views.sql": "SELECT 1;"})
    (found,) = check(empty, "--base", "main", "--json", code=2).json["mistakes"]
    assert (found["rule"], found["file"], found["what"]) == (
        "order",
        "db/0002_d.sql",
        "it comes before db/0003_b.sql, which main has",
    )
    check(empty)


def test_what_takes_another_back_is_known_by_what_it_stands_beside(empty: Site) -> None:
    """Alone, or in the sums of Atlas, it is run like any other."""
    write(empty, {"1_a.up.sql": "SELECT 1;", "1_a.down.sql": "DROP TABLE a;", "2_b.rollback.sql": "DROP TABLE b;"})
    assert check(empty, "--json", code=3).json["files"] == ["db/1_a.up.sql", "db/2_b.rollback.sql"]
    committed(empty)
    assert check(empty, "--base", "main", "--json").json["files"] == []
    write(empty, {"2_b.rollback.sql": "DROP TABLE c;"})
    (found,) = check(empty, "--base", "main", "--json", code=2).json["mistakes"]
    assert (found["rule"], found["file"]) == ("edited", "db/2_b.rollback.sql")
    write(
        empty,
        {"atlas/3_c.sql": "SELECT 1;", "atlas/3_c.down.sql": "DROP TABLE a;", "atlas/atlas.sum": "3_c.down.sql h1:"},
    )
    assert "db/atlas/3_c.down.sql" in check(empty, "--json", code=2).json["files"]


@pytest.mark.parametrize("name", ["0002_B.SQL", "2_b.Sql", "2_b.up.psql"])
def test_a_migration_ends_as_its_tool_takes_it(empty: Site, name: str) -> None:
    write(empty, {"0001_a.sql": "SELECT 1;", name: DROP, "notes.txt": "DROP TABLE a;"})
    assert check(empty, "--json", code=3).json["files"] == ["db/0001_a.sql", f"db/{name}"]
    empty("migrations", "sum", "db")
    assert name in (empty.folder / "db" / "migrations.sum").read_text()
    check(empty, code=3)


def test_the_parts_of_a_version_are_one_number(empty: Site) -> None:
    write(empty, {"V1_1__a.sql": "SELECT 1;", "V1_2__b.sql": "SELECT 1;", "V1__c.sql": "SELECT 1;"})
    check(empty)
    write(empty, {"V1.2__d.sql": "SELECT 1;", "1.0_e.sql": "SELECT 1;"})
    found = check(empty, "--json", code=2).json["mistakes"]
    assert [(each["rule"], each["file"]) for each in found] == [
        ("number", "db/V1__c.sql"),
        ("number", "db/V1_2__b.sql"),
    ]


def test_two_migrations_with_one_number(empty: Site) -> None:
    write(empty, {"0002_a.sql": "SELECT 1;", "2_b.up.sql": "SELECT 1;", "other/2_c.sql": "SELECT 1;"})
    (found,) = check(empty, "--json", code=2).json["mistakes"]
    assert (found["rule"], found["file"]) == ("number", "db/2_b.up.sql")
    assert "db/0002_a.sql" in found["what"]


def test_broken_sql_is_no_pass(empty: Site) -> None:
    write(
        empty,
        {
            "0001_a.sql": "SELECT 1;\n  SELECT 'a;",
            "0002_b.sql": "CREATE TABEL a ();\nSELECT 1; ALTER TABLE x y;",
            "0003_c.sql": "SELECT 1",
            "0004_d.sql": "SELECT (1;\nDROP TABLE a;",
            "0005_e.sql": "DO $$ BEGIN PERFORM 'a; END $$;",
        },
    )
    found = check(empty, "--json", code=2).json["mistakes"]
    assert [(each["file"][3:7], each["line"], each["column"]) for each in found] == [
        ("0001", 2, 10),
        ("0002", 1, 1),
        ("0002", 2, 25),
        ("0004", 1, 10),
        ("0005", 1, 31),
    ]
    assert {each["rule"] for each in found} == {"syntax-error"}


def test_what_the_parser_dies_of_is_no_pass_and_costs_the_other_files_nothing(empty: Site) -> None:
    deep = 50_000
    write(
        empty,
        {"0001_a.sql": "SELECT 1;", "0002_b.sql": f"SELECT {'(' * deep}1{')' * deep};", "0003_c.sql": "SELECT 1 +;"},
    )
    found = check(empty, "--json", code=2).json["mistakes"]
    assert sorted((each["rule"], each["file"]) for each in found) == [
        ("syntax-error", "db/0002_b.sql"),
        ("syntax-error", "db/0003_c.sql"),
    ]


def test_statements_cut_short_are_broken_wherever_they_are_cut(empty: Site) -> None:
    whole = [
        "ALTER TABLE a ADD COLUMN b int NOT NULL",
        "ALTER TABLE a ALTER COLUMN b TYPE text",
        "CREATE INDEX i ON a (b)",
        "DROP TABLE IF EXISTS a",
        "CREATE TABLE IF NOT EXISTS a (b int)",
        "UPDATE a SET b = 1 WHERE c",
        "TRUNCATE a",
        "DROP INDEX a",
        "REVOKE ALL ON a FROM b",
    ]
    right = {"ALTER TABLE a ADD COLUMN b int", "UPDATE a SET b = 1"}
    files = dict[str, str | bytes]()
    for text in whole:
        words = text.split()
        for end in range(1, len(words)):
            if " ".join(words[:end]) not in right:
                files[f"{len(files):04}_a.sql"] = " ".join(words[:end]) + ";"
    write(empty, files)
    found = check(empty, "--json", code=2).json["mistakes"]
    passed = set(files) - {each["file"].removeprefix("db/") for each in found}
    assert [files[name] for name in sorted(passed)] == []


def test_an_encoding_is_told_or_guessed_and_a_guess_is_said(empty: Site) -> None:
    write(empty, {"0001_a.sql": "SELECT 'é';".encode("latin-1")})
    (remark,) = check(empty, "--json").json["remarks"]
    assert "read as Latin-1" in remark
    assert check(empty, "--encoding", "latin-1", "--json").json["remarks"] == []
    assert "no utf-8 at byte 9" in check(empty, "--encoding", "utf-8", code=2).out
    write(empty, {"0001_a.sql": b"SELECT 1;\nDROP\0 TABLE a;"})
    (mistake,) = check(empty, "--json", code=2).json["mistakes"]
    assert (mistake["line"], mistake["column"]) == (2, 5)


def test_checksums_find_edits_without_git(empty: Site) -> None:
    write(empty, {"0001_a.sql": "SELECT 1;\n", "0001_a.down.sql": "SELECT 0;\n"})
    assert empty("migrations", "sum", "db", "--json").json == {
        "file": "db/migrations.sum",
        "files": 1,
        "added": ["0001_a.sql"],
    }
    check(empty)
    write(empty, {"0001_a.sql": "SELECT 1;\r\n", "0002_b.sql": "SELECT 2;\n"})
    (missing,) = check(empty, "--json", code=2).json["mistakes"]
    assert (missing["rule"], missing["file"]) == ("checksum", "db/0002_b.sql")
    empty("migrations", "sum", "db")
    write(empty, {"0001_a.sql": "SELECT 3;\n"})
    (edited,) = check(empty, "--json", code=2).json["mistakes"]
    assert (edited["rule"], edited["file"]) == ("edited", "db/0001_a.sql")
    empty("migrations", "sum", "db", code=ExitCode.BAD_INPUT)
    empty("migrations", "sum", "db", "--accept-edits")
    check(empty)


def test_the_checksums_of_atlas() -> None:
    """Each hash goes over the names and texts up to its file."""
    files = {"1_a.sql": b"SELECT 1;\n", "2_b.sql": b"SELECT 2;\n"}
    one = hashlib.sha256(b"1_a.sqlSELECT 1;\n").digest()
    both = hashlib.sha256(b"1_a.sqlSELECT 1;\n2_b.sqlSELECT 2;\n").digest()
    hashes = [base64.b64encode(each).decode() for each in (one, both)]
    text = f"h1:{hashes[1]}\n1_a.sql h1:{hashes[0]}\n2_b.sql h1:{hashes[1]}\n"
    assert list(sums.wrong_atlas("db/atlas.sum", text, files)) == []
    (edited,) = sums.wrong_atlas("db/atlas.sum", text, {**files, "1_a.sql": b"SELECT 3;\n"})
    assert (edited.rule, edited.file) == ("edited", "db/1_a.sql")
    (new,) = sums.wrong_atlas("db/atlas.sum", text, {**files, "3_c.sql": b""})
    assert (new.rule, new.file) == ("checksum", "db/3_c.sql")


def test_golang_migrate_runs_a_file_as_one_transaction(empty: Site) -> None:
    write(empty, {"1_a.up.sql": "CREATE INDEX CONCURRENTLY ON a (b); CREATE INDEX CONCURRENTLY ON a (c);"})
    write(empty, {"2_b.up.sql": "CREATE INDEX CONCURRENTLY ON a (b);", "3_c.sql": "SELECT 1; VACUUM a;"})
    found = check(empty, "--json").json["findings"]
    assert [(each["rule"], each["file"]) for each in found] == 2 * [("concurrently-in-transaction", "db/1_a.up.sql")]


def test_a_path_that_is_none(empty: Site) -> None:
    assert "there is no such file or folder" in check(empty, code=2).err
    (empty.folder / "db").mkdir()
    assert "nothing was found in 0 new migrations; direction none" in check(empty).out


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"-- coding: utf-7\n/* +AC8AKg- */ DROP TABLE a; /* */\n", 3),
        (b"SET client_encoding = 'utf-7';\n/* +AC8AKg- */ DROP TABLE a; /* */\n", 2),
        (b"\\encoding unicode_escape\nSELECT '\\u0027'; DROP TABLE a; --'\n", 2),
        ("SET client_encoding TO 'KOI8R';\nSELECT 'ж'; DROP TABLE a;\n".encode("koi8-r"), 3),
        ("\\encoding SJIS\nSELECT 'ソ'; DROP TABLE a;\n".encode("shift_jis"), 3),
        (b"\\encoding JOHAB\nSELECT E'\\''; DROP TABLE a; --'\n", 2),
    ],
)
def test_a_file_says_of_itself_only_what_postgresql_hears(empty: Site, raw: bytes, code: int) -> None:
    write(empty, {"0001_a.sql": raw})
    document = check(empty, "--json", code=code).json
    if code == 3:
        assert "drop-table" in [each["rule"] for each in document["findings"]]
    else:
        assert [each["rule"] for each in document["mistakes"]] == ["encoding"]


@pytest.mark.parametrize(
    "raw",
    [
        codecs.BOM_UTF8 + DROP.encode(),
        codecs.BOM_UTF16_LE + DROP.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + DROP.encode("utf-16-be"),
        DROP.encode("utf-16-le"),
        DROP.replace("\n", "\r\n").encode(),
        DROP.replace("\n", "\r").encode(),
        f"-- é\n{DROP}".replace("-- é\n", "/* é */ ").encode("latin-1"),
        f"SET client_encoding = 'LATIN1';/* é */ {DROP}".encode("latin-1"),
    ],
)
def test_encodings(empty: Site, raw: bytes) -> None:
    write(empty, {"0001_a.sql": raw})
    found = check(empty, "--json", code=3).json["findings"]
    assert [(each["rule"], each["line"]) for each in found] == [("drop-column", 3)]
