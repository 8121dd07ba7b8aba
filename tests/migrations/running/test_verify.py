"""Migrations on a copy: what they lock and for how long, whom they break, and what they leave behind."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from migrations.database import Address, Database
from migrations.embedded import binaries
from migrations.runnable import pieces
from migrations.verifying import Ran, Task, Verification, verify
from migrations.watching import Watch
from model.errors import ConfigError

pytestmark = pytest.mark.xdist_group("own_server")

BEFORE = {
    "0001.sql": "CREATE TABLE customers (id int PRIMARY KEY);"
    "CREATE TABLE orders (id int PRIMARY KEY, customer int, total int NOT NULL DEFAULT 0, note text);"
}
SEED = {
    "seed.sql": "INSERT INTO customers SELECT g FROM generate_series(1, 100) g;"
    "INSERT INTO orders SELECT g, g % 100 + 1 FROM generate_series(1, 2000) g"
}


def nobody(_: str) -> None:
    """Hears nothing."""


def verified(server: Address, pending: Mapping[str, str], direction: str = "expand", **more: Any) -> Verification:
    """After one file, with a few rows."""
    task = Task(**{"before": BEFORE, "pending": pending, "direction": direction, "seed": SEED, **more})
    return verify(server, task, nobody)


def only(found: Verification) -> Ran:
    """The one file that was run."""
    (ran,) = found.files
    return ran


@pytest.mark.parametrize(
    ("sql", "locks", "rewritten"),
    [
        ("ALTER TABLE orders ADD a int", {"orders": "ACCESS EXCLUSIVE"}, []),
        ("ALTER TABLE orders ADD a int DEFAULT 7", {"orders": "ACCESS EXCLUSIVE"}, []),
        ("ALTER TABLE orders ADD a float DEFAULT random()", {"orders": "ACCESS EXCLUSIVE"}, ["orders"]),
        ("ALTER TABLE orders ALTER total TYPE bigint", {"orders": "ACCESS EXCLUSIVE"}, ["orders"]),
        ("CREATE INDEX orders_note ON orders (note)", {"orders": "SHARE"}, []),
        ("CREATE INDEX CONCURRENTLY orders_note ON orders (note)", {"orders": "SHARE UPDATE EXCLUSIVE"}, []),
        (
            "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers",
            {"customers": "SHARE ROW EXCLUSIVE", "orders": "SHARE ROW EXCLUSIVE"},
            [],
        ),
        ("UPDATE orders SET note = 'a'", {"orders": "ROW EXCLUSIVE"}, []),
        ("SELECT count(*) FROM orders", {"orders": "ACCESS SHARE"}, []),
        ("LOCK TABLE orders IN EXCLUSIVE MODE", {"orders": "EXCLUSIVE"}, []),
        ("DROP TABLE orders", {"orders": "ACCESS EXCLUSIVE"}, []),
        ("TRUNCATE orders", {"orders": "ACCESS EXCLUSIVE"}, ["orders"]),
        ("CREATE TABLE more (id int); ALTER TABLE more ADD a int", {}, []),
    ],
)
def test_locks_are_those_that_the_manual_names(
    own_server: Address, sql: str, locks: dict[str, str], rewritten: list[str]
) -> None:
    ran = only(verified(own_server, {"0002.sql": sql}))
    assert ran.failed == ""
    assert {lock.table: lock.mode for seen in ran.seen for lock in seen.locks} == locks
    assert [table for seen in ran.seen for table in seen.rewritten] == rewritten


@pytest.mark.parametrize(
    ("first", "reads", "writes"),
    [
        ("ALTER TABLE orders ADD a int", True, True),
        ("CREATE INDEX orders_note ON orders (note)", False, True),
        ("UPDATE orders SET note = 'a'", False, False),
    ],
)
def test_who_waits_is_measured(own_server: Address, first: str, reads: bool, writes: bool) -> None:
    found = verified(
        own_server, {"0002.sql": f"{first};\nSELECT pg_sleep(0.5);\nALTER TABLE customers ADD b int"}, limit=0.3
    )
    one, sleep, other = only(found).seen
    (lock,) = one.locks
    assert 0.5 <= lock.held < 5
    assert (lock.reads >= 0.4, lock.writes >= 0.4) == (reads, writes)
    assert max(lock.reads, lock.writes) <= lock.held
    assert sleep.locks == ()
    # Taken late, it is held as long as the transaction lasts and no longer.
    assert [each.table for each in other.locks] == ["customers"]
    assert other.locks[0].held < lock.held - 0.4
    told = [re.sub(r"\d+\.\d s", "N s", each) for each in found.findings]
    assert told == (["0002.sql, line 1: orders stands still for N s"] if writes else [])
    assert not found.failed


def test_a_stronger_lock_comes_with_its_own_statement(own_server: Address) -> None:
    ran = only(
        verified(own_server, {"0002.sql": "UPDATE orders SET total = 1;\nALTER TABLE orders ADD a int;\nTABLE orders"})
    )
    assert [[(lock.table, lock.mode) for lock in seen.locks] for seen in ran.seen] == [
        [("orders", "ROW EXCLUSIVE")],
        [("orders", "ACCESS EXCLUSIVE")],
        [],
    ]


def test_a_lock_on_a_row_is_none_on_its_table(place: Address) -> None:
    """PostgreSQL lists both by the table's number, and the one on a row, while it waits for that row, as EXCLUSIVE."""
    (piece,) = pieces("UPDATE a SET b = 1")
    with Database(place) as other, Database(place) as session:
        for sql in ("CREATE TABLE a (b int)", "INSERT INTO a VALUES (0)", "BEGIN", "SELECT FROM a FOR UPDATE"):
            other.run(sql)
        session.run("BEGIN")
        with Watch(session) as watch:
            watch.before(piece)
            threading.Timer(0.2, other.run, ("COMMIT",)).start()
            session.run(piece.text)
            watch.after(piece)
        session.run("ROLLBACK")
    assert [(lock.table, lock.mode) for lock in watch.seen[0].locks] == [("a", "ROW EXCLUSIVE")]


OLD = {"api.sql": "SELECT id, total FROM orders WHERE id = $1;\nINSERT INTO orders (id) VALUES (-1)"}


@pytest.mark.parametrize(
    ("direction", "sql", "new", "findings"),
    [
        ("expand", "ALTER TABLE orders ADD a int", "SELECT a FROM orders", []),
        (
            "expand",
            "ALTER TABLE orders ADD a int; ALTER TABLE orders ALTER a SET DEFAULT 1, DROP COLUMN total",
            "SELECT a FROM orders WHERE id = $1",
            [("api.sql", 1, "previous", "after", 'column "total" does not exist (42703)')],
        ),
        (
            "expand",
            "ALTER TABLE orders ADD a int CHECK (a > 0 AND id > 0)",
            "SELECT 1",
            [
                (
                    "api.sql", 2, "previous", "after",
                    'new row for relation "orders" violates check constraint "orders_check" (23514)',
                )
            ],
        ),
        ("contract", "ALTER TABLE orders DROP COLUMN total", "SELECT id, note FROM orders", []),
        (
            "contract",
            "ALTER TABLE orders DROP COLUMN total; ALTER TABLE orders ADD a int",
            "SELECT a FROM orders",
            [("new.sql", 1, "new", "before", 'column "a" does not exist (42703)')],
        ),
        ("coordinated", "ALTER TABLE orders RENAME total TO sum", "SELECT sum FROM orders", []),
        (
            "coordinated",
            "ALTER TABLE orders RENAME total TO sum",
            "SELECT summ FROM orders",
            [("new.sql", 1, "new", "after", 'column "summ" does not exist (42703)')],
        ),
    ],
)  # fmt: skip
def test_queries_work_on_the_side_that_they_meet(
    own_server: Address, direction: str, sql: str, new: str, findings: list[tuple[object, ...]]
) -> None:
    seed = {"seed.sql": "SELECT 1"}
    if "CHECK" in sql:
        sql += "; INSERT INTO orders (id) VALUES (1)"
    found = verified(own_server, {"0002.sql": sql}, direction, seed=seed, previous=OLD, new={"new.sql": new})
    broken = [query for query in found.queries if query.breaks]
    told = [(each.file, each.line, each.side, each.when, each.error.partition("): ")[0]) for each in broken]
    assert [(*each[:4], f"{str(each[4]).removesuffix(')')})") for each in told] == findings
    assert len(found.findings) == len(findings)
    assert len(found.queries) == 6


def test_trying_queries_changes_nothing(own_server: Address) -> None:
    again = {"api.sql": "INSERT INTO orders (id) VALUES (-1); INSERT INTO orders (id) VALUES (-1)"}
    found = verified(own_server, {}, "none", previous=again)
    assert [query.error for query in found.queries] == [""] * 4


def test_a_migration_that_fails_is_told_of_and_ends_it(own_server: Address) -> None:
    bad = "CREATE TABLE a (id int);\nALTER TABLE nothing ADD a int"
    found = verified(own_server, {"0002.sql": bad, "0003.sql": "SELECT 1"})
    assert found.failed
    assert only(found).failed == '0002.sql, line 2: relation "nothing" does not exist (42P01); nothing of it is left'
    assert only(found).half == ()


def test_what_stays_of_a_file_without_a_transaction(own_server: Address) -> None:
    sql = "-- slipway:no-transaction\nUPDATE orders SET note = 'a';\nCREATE INDEX CONCURRENTLY a ON orders (note);\nSELECT 1"
    ran = only(verified(own_server, {"0002.sql": sql}))
    assert (ran.half, ran.kept) == ((), ("index a", "rows of orders"))
    assert only(verified(own_server, {"0002.sql": sql.partition("\n")[2].replace("SELECT 1", "")[30:]})).kept == ()


def test_half_a_migration_is_found(own_server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner that begins no transaction leaves what stands before the failure, and that is what is looked for."""
    kept = Database.run
    monkeypatch.setattr(
        Database, "run", lambda self, sql, **values: [] if sql == "BEGIN" else kept(self, sql, **values)
    )
    found = verified(own_server, {"0002.sql": "ALTER TABLE orders ADD a int; DROP TABLE customers"})
    assert only(found).half == (
        "column customers.id", "column orders.a", "constraint customers_pkey of customers", "index customers_pkey",
        "relation customers", "rows of customers", "rows of orders",
    )  # fmt: skip
    assert found.findings[0] == "0002.sql leaves column customers.id when it fails"


def test_a_dump_is_the_schema(own_server: Address, place: Address) -> None:
    with Database(place) as database:
        for statement in BEFORE["0001.sql"].split(";")[:-1]:
            database.run(statement)
        database.run("CREATE FUNCTION one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 1; END")
    programs = binaries()
    done = subprocess.run(
        [programs / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", "-h", place.host, "-U", place.user, place.database],
        check=True, capture_output=True, text=True, user=os.stat(place.host).st_uid if os.getuid() == 0 else None,
    )  # fmt: skip
    dump = {"schema.sql": done.stdout}
    found = verified(own_server, {"0009.sql": "ALTER TABLE orders ADD a int; SELECT one()"}, before={}, schema=dump)
    assert {lock.table: lock.mode for seen in only(found).seen for lock in seen.locks} == {"orders": "ACCESS EXCLUSIVE"}
    with pytest.raises(ConfigError, match="seed.sql: line 1 has its data beside it. Dump it with pg_dump --inserts"):
        verified(own_server, {}, seed={"seed.sql": "COPY orders FROM STDIN;\n1\n\\.\n"})
    with pytest.raises(ConfigError, match='schema.sql: line 2 is refused: role "ann" does not exist'):
        verified(own_server, {}, schema={"schema.sql": "CREATE TABLE a ();\nALTER TABLE a OWNER TO ann;"})
