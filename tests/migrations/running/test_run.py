"""Plain SQL files on a real server: each once, in order, whole, and by nobody else meanwhile."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from delivery.ledger import Ledger
from migrations import running
from migrations.database import Address, Database, SqlError, options
from migrations.history import sha256
from migrations.running import Busy, MigrationFailed, alone, run
from model.errors import ConfigError
from tests.lifecycle.commands import Site
from tests.migrations.running.conftest import url

pytestmark = pytest.mark.xdist_group("own_server")

ONE = {"0001_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY, total int);\nINSERT INTO orders VALUES (1, 10);"}
TWO = {**ONE, "0002_note.sql": "ALTER TABLE orders ADD note text;"}


def ran(database: Database) -> list[str]:
    """The files that the database remembers."""
    return [name for (name,) in database.run("SELECT name FROM slipway_migrations ORDER BY at, name")]


def tables(database: Database) -> list[str]:
    """The tables of the files."""
    found = database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in found if name != "slipway_migrations"]


def nobody(_: str) -> None:
    """Hears nothing."""


def test_each_file_is_run_once(database: Database) -> None:
    said: list[str] = []
    assert run(database, ONE, said.append) == ["0001_orders.sql"]
    assert run(database, TWO, said.append) == ["0002_note.sql"]
    assert run(database, TWO, said.append) == []
    version = database.version
    assert [line.rpartition(" in ")[0] if ": done" in line else line for line in said] == [
        f"1 of 1 files are to be run, on PostgreSQL {version}",
        "0001_orders.sql 1/2, line 1: CREATE TABLE orders (id int PRIMARY KEY, total int)",
        "0001_orders.sql 2/2, line 2: INSERT INTO orders VALUES (1, 10)",
        "0001_orders.sql: done",
        f"1 of 2 files are to be run, on PostgreSQL {version}",
        "0002_note.sql 1/1, line 1: ALTER TABLE orders ADD note text",
        "0002_note.sql: done",
        f"0 of 2 files are to be run, on PostgreSQL {version}",
    ]
    assert ran(database) == ["0001_orders.sql", "0002_note.sql"]
    sums = database.run("SELECT sha256, seconds >= 0, at <= now() FROM slipway_migrations ORDER BY name")
    assert sums == [[sha256(sql), True, True] for sql in TWO.values()]
    assert database.run("SELECT * FROM orders") == [[1, 10, None]]


@pytest.mark.parametrize(
    ("bad", "line", "why"),
    [
        ("CREATE TABLE a (id int);\nSELECT 1/0;", 2, "division by zero (22012)"),
        ("BEGIN;\nCREATE TABLE a (id int);\nSELEC;\nCOMMIT;", 3, 'syntax error at or near "SELEC" (42601)'),
        (
            "CREATE TABLE a (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1), (1);",
            2,
            'duplicate key value violates unique constraint "a_id_key" (23505): Key (id)=(1) already exists.',
        ),
    ],
)
def test_a_file_that_fails_leaves_nothing(database: Database, bad: str, line: int, why: str) -> None:
    files = {**ONE, "0002_bad.sql": bad, "0003_more.sql": "CREATE TABLE more (id int)"}
    with pytest.raises(MigrationFailed) as failed:
        run(database, files, nobody)
    assert str(failed.value) == f"0002_bad.sql, line {line}: {why}; nothing of it is left"
    assert tables(database) == ["orders"]
    assert ran(database) == ["0001_orders.sql"]
    # Repaired, it goes on from there.
    assert run(database, {**files, "0002_bad.sql": "SELECT 1"}, nobody) == ["0002_bad.sql", "0003_more.sql"]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({**TWO, "0001_orders.sql": "SELECT 1"}, "0001_orders.sql: it was edited. Put it back as it was"),
        ({"0002_note.sql": TWO["0002_note.sql"]}, "0001_orders.sql: it is gone, though it was run or released. Put it"),
        ({**TWO, "0001_more.sql": "SELECT 1"}, "0001_more.sql: it comes before 0002_note.sql, which was run already"),
        (
            {**TWO, "0003.sql": "CREATE TABLE b (id int); VACUUM b"},
            "0003.sql: line 1 refuses a transaction, and line 1 needs one. Give it a file of its own",
        ),
    ],
)
def test_what_was_run_never_changes(database: Database, files: dict[str, str], problem: str) -> None:
    run(database, TWO, nobody)
    with pytest.raises(ConfigError, match=problem):
        run(database, files, nobody)
    assert ran(database) == list(TWO)


def test_numbers_are_numbers(database: Database) -> None:
    run(database, {"9_nine.sql": "CREATE TABLE nine (id int)"}, nobody)
    files = {"9_nine.sql": "CREATE TABLE nine (id int)", "10_ten.sql": "ALTER TABLE nine ADD ten int"}
    assert run(database, files, nobody) == ["10_ten.sql"]


def test_an_index_that_fails_is_told_of(database: Database) -> None:
    run(database, {"0001.sql": "CREATE TABLE t AS SELECT 1 AS a UNION ALL SELECT 1"}, nobody)
    files = {
        "0001.sql": "CREATE TABLE t AS SELECT 1 AS a UNION ALL SELECT 1",
        "0002.sql": "CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)",
    }
    with pytest.raises(MigrationFailed) as failed:
        run(database, files, nobody)
    assert failed.value.left == "it has left the invalid index t_a (DROP INDEX CONCURRENTLY t_a first)"
    assert failed.value.error.code == "23505"
    assert ran(database) == ["0001.sql"]


def test_without_a_transaction_what_came_first_stays(database: Database) -> None:
    with pytest.raises(MigrationFailed, match="0001.sql, line 3: .*; it has left what stands before that line$"):
        run(database, {"0001.sql": "-- slipway:no-transaction\nCREATE TABLE a (id int);\nSELECT 1/0"}, nobody)
    assert tables(database) == ["a"]
    assert ran(database) == []


def test_what_a_file_sets_ends_with_it(place: Address) -> None:
    shown = "DO $$ BEGIN ASSERT current_setting('lock_timeout') = '{}', current_setting('lock_timeout'); END $$"
    files = {
        "0001.sql": f"SET lock_timeout = '1s'; SET search_path = pg_catalog; {shown.format('1s')}",
        "0002.sql": f"{shown.format('7s')}; CREATE TABLE a (id int)",
        "0003.sql": "CREATE INDEX CONCURRENTLY a_id ON a (id)",
        "0004.sql": shown.format("7s"),
    }
    with Database(Address(**{**vars(place), "options": options(lock=7)})) as database:
        assert run(database, files, nobody) == list(files)
        assert tables(database) == ["a"]


def test_statements_have_limits(place: Address) -> None:
    with Database(Address(**{**vars(place), "options": options(statement=1)})) as database:
        begun = time.monotonic()
        with pytest.raises(MigrationFailed, match=r"statement timeout \(57014\); nothing of it is left"):
            run(database, {"0001.sql": "SELECT pg_sleep(20)"}, nobody)
        assert time.monotonic() - begun < 5


def test_a_lock_that_is_not_to_be_had_is_asked_for_again(place: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PAUSES", (0.0, 0.0))
    said: list[str] = []
    with Database(place) as other, Database(Address(**{**vars(place), "options": "-c lock_timeout=50ms"})) as database:
        run(database, ONE, nobody)
        other.run("BEGIN")
        other.run("SELECT FROM orders")

        def hear(line: str) -> None:
            said.append(line)
            if "once more" in line and sum("once more" in each for each in said) == 2:
                other.run("COMMIT")

        assert run(database, TWO, hear) == ["0002_note.sql"]
        again = [line for line in said if "once more" in line]
        why = "0002_note.sql, line 1: canceling statement due to lock timeout (55P03); nothing of it is left"
        assert again == [f"{why}; once more in 0 s"] * 2
        other.run("BEGIN")
        other.run("SELECT FROM orders")
        with pytest.raises(MigrationFailed, match=r"0003.sql, line 1: .* \(55P03\); nothing of it is left"):
            run(database, {**TWO, "0003.sql": "ALTER TABLE orders ADD more int"}, nobody)


def test_an_index_built_beside_everybody_waits_for_who_is_there(place: Address) -> None:
    """Giving up would leave half an index, and nobody queues behind it."""
    files = {**ONE, "0002.sql": "CREATE INDEX CONCURRENTLY orders_total ON orders (total)"}
    short = Address(**{**vars(place), "options": "-c lock_timeout=50ms"})
    with Database(place) as other, Database(short) as database:
        run(database, ONE, nobody)
        other.run("BEGIN")
        other.run("UPDATE orders SET total = 11")
        ending = threading.Timer(0.5, other.run, ["COMMIT"])
        ending.start()
        assert run(database, files, nobody) == ["0002.sql"]
        ending.join()
        assert database.run("SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_total'::regclass") == [[True]]
        assert database.run("SHOW lock_timeout") == [["50ms"]]


def test_two_at_once_are_one_after_the_other(place: Address) -> None:
    files = {"0001.sql": "CREATE TABLE a (id int)", "0002.sql": "SELECT pg_sleep(0.3); CREATE TABLE b (id int)"}
    found: list[list[str]] = []
    said: list[str] = []

    def work() -> None:
        with Database(place) as database:
            found.append(run(database, files, said.append))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [[], [], ["0001.sql", "0002.sql"]]
    assert said.count("waiting for another session that runs migrations") == 2


def test_who_waits_too_long_gives_up(place: Address) -> None:
    with Database(place) as first, Database(place) as second:
        with (
            alone(first, nobody),
            pytest.raises(Busy, match="another session has run migrations on test_"),
            alone(second, nobody, seconds=0.2),
        ):
            raise AssertionError("both have the lock")
        with alone(second, nobody, seconds=0.2):
            pass


def test_the_command(small_empty_site: Site, place: Address, tmp_path: Path) -> None:
    for name, sql in TWO.items():
        (tmp_path / name).write_text(sql)
    (tmp_path / "0001_orders.down.sql").write_text("DROP TABLE orders")
    command = ("migrations", "run", str(tmp_path), "--database-url", url(place))
    said = small_empty_site(*command).out.splitlines()
    assert said[0].startswith("2 of 2 files are to be run, on PostgreSQL ")
    assert said[-1].startswith("0002_note.sql: done in ")
    assert small_empty_site(*command, "--json").json == {"ran": []}
    (tmp_path / "0003.sql").write_text("SELECT 1/0")
    failed = small_empty_site(*command, "--json", code=1)
    assert failed.json["error"] == (
        "a migration failed: 0003.sql, line 1: division by zero (22012); nothing of it is left"
    )
    assert (failed.json["file"], failed.json["line"]) == ("0003.sql", 1)
    (tmp_path / "0002_note.sql").write_text("SELECT 1")
    assert "0002_note.sql: it was edited" in small_empty_site(*command, code=2).err
    nowhere = small_empty_site(
        "migrations", "run", str(tmp_path), "--database-url", "postgresql://a@/b?host=/no", code=1
    )
    assert "/no:5432 cannot be reached" in nowhere.err
    assert "no database is named" in small_empty_site("migrations", "run", str(tmp_path), code=2).err
    with Database(place) as database, pytest.raises(SqlError, match='relation "nothing" does not exist'):
        database.run("SELECT FROM nothing")
    assert Ledger(small_empty_site.config, "releases").entries() == []
