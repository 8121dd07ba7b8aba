"""What of a file is run, and whether in a transaction."""

from __future__ import annotations

import pytest

from migrations.runnable import runnable


@pytest.mark.parametrize(
    ("sql", "transaction", "texts"),
    [
        ("", True, []),
        ("-- only\n/* comments */;", True, []),
        ("SELECT 1;\n\nSELECT ';' ;", True, ["SELECT 1", "SELECT ';'"]),
        ("BEGIN;\nSELECT 1;\nCOMMIT;", True, ["SELECT 1"]),
        ("START TRANSACTION; SELECT 1; END", True, ["SELECT 1"]),
        ("SAVEPOINT a; ROLLBACK TO SAVEPOINT a", True, ["SAVEPOINT a", "ROLLBACK TO SAVEPOINT a"]),
        ("DO $$ BEGIN PERFORM 1; END $$", True, ["DO $$ BEGIN PERFORM 1; END $$"]),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", False, ["CREATE INDEX CONCURRENTLY i ON t (a)"]),
        (
            "SET statement_timeout = 0; drop index concurrently i",
            False,
            ["SET statement_timeout = 0", "drop index concurrently i"],
        ),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", True, ["REFRESH MATERIALIZED VIEW CONCURRENTLY m"]),
        ("SELECT 'CREATE INDEX CONCURRENTLY'", True, ["SELECT 'CREATE INDEX CONCURRENTLY'"]),
        ("-- slipway:no-transaction\nUPDATE t SET a = 1; VACUUM t", False, ["UPDATE t SET a = 1", "VACUUM t"]),
        ("SELECT '-- slipway:no-transaction'", True, ["SELECT '-- slipway:no-transaction'"]),
    ],
)
def test_what_is_run(sql: str, transaction: bool, texts: list[str]) -> None:
    found = runnable(sql)
    assert (found.problem, found.transaction, [piece.text for piece in found.pieces]) == ("", transaction, texts)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("SELECT 1;\nCOMMIT;\nSELECT 2", "line 2 begins or ends a transaction by itself"),
        (
            "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a)",
            "line 2 refuses a transaction, and line 1 needs one",
        ),
        ("SELECT 1;\n\\d t\n", "line 2 is for psql, or data of a COPY, and no SQL"),
        ("COPY t FROM STDIN;\n1\n\\.\n", "line 1 is for psql, or data of a COPY, and no SQL"),
        ("SELECT 1;\nSELECT 'open", "line 2: the string that begins here has no end"),
    ],
)
def test_what_cannot_be_run(sql: str, problem: str) -> None:
    assert runnable(sql).problem == problem
