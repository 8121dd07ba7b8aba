"""Each dangerous case is dangerous on a real server, and its safe way works there without the danger."""

from __future__ import annotations

import re

import pytest

from tests.migrations.shop_server import Session, ShopServer, waits
from tests.migrations.shop_state import END, backend, blocked, files, locks, rows_read, tables, written_anew
from tests.migrations.sql_cases import Case, Danger, all_cases, every

DANGEROUS = tuple(case for case in all_cases() if case.danger)
HARMLESS = tuple(case for case in all_cases() if not case.findings)
SAFE = tuple(case for case in all_cases() if case.safe)
GONE = {"42P01", "42703", "3F000", "42883"}
"""No such table, column, schema, function."""
NO_TRANSACTION = re.compile(r"^(?!REFRESH)[^;]*\bCONCURRENTLY\b|^VACUUM\b", re.IGNORECASE)
STEP = 8
"""Of the cases, one in this many is proved by default: the whole takes longer than a test may."""


def test_every_dangerous_case_is_proved_or_says_why_it_is_not() -> None:
    silent = [case.name for case in all_cases() if case.findings and not case.danger and not case.unproved]
    assert silent == []


def test_no_harmless_case_claims_a_danger() -> None:
    assert [case.name for case in HARMLESS if case.danger or case.unproved or case.safe] == []


@pytest.mark.parametrize("case", every(DANGEROUS, STEP))
def test_the_danger_shows(proving_ground: ShopServer, case: Case) -> None:
    danger = case.danger
    assert danger
    with (
        proving_ground.shop(case.given) as shop,
        proving_ground.session(shop) as migration,
        proving_ground.session(shop) as onlooker,
    ):
        if danger.lock:
            shown_by_lock(case, danger, migration, onlooker)
        elif danger.rewrite:
            before = files(onlooker)
            migration.run(case.sql).taken()
            assert danger.rewrite in written_anew(before, files(onlooker))
        elif danger.fails:
            assert danger.fails in migration.run(case.sql).refused
        elif danger.breaks:
            code = f"SET ROLE {danger.role or 'postgres'};\n{danger.breaks};\nRESET ROLE;"
            onlooker.run(f"BEGIN;\n{code}\nROLLBACK;").taken()
            migration.run(case.sql).taken()
            assert onlooker.run(code).refused == (danger.with_,)
        elif danger.loses:
            assert onlooker.run(f"{danger.loses};").text
            migration.run(case.sql).taken()
            after_all = onlooker.run(f"{danger.loses};")
            assert (after_all.rows, set(after_all.refused) - GONE) == ((), set())
        else:
            before_all = onlooker.run(f"{danger.changes};").text
            migration.run(case.sql).taken()
            assert onlooker.run(f"{danger.changes};").text != before_all


def shown_by_lock(case: Case, danger: Danger, migration: Session, onlooker: Session) -> None:
    """What is held until the transaction ends, as another session sees it."""
    assert danger.on
    before = rows_read(migration)
    migration.run(f"BEGIN;\n{case.sql}").taken()
    assert danger.lock in locks(onlooker, backend(migration)).get(danger.on, set())
    if danger.scans:
        assert rows_read(migration).get(danger.scans, 0) > before.get(danger.scans, 0)
    migration.run("ROLLBACK;").taken()


@pytest.mark.parametrize("case", every(SAFE, STEP))
def test_the_safe_way_works_and_is_safe(proving_ground: ShopServer, case: Case) -> None:
    with (
        proving_ground.shop(case.given) as shop,
        proving_ground.session(shop) as migration,
        proving_ground.session(shop) as onlooker,
    ):
        for step in case.safe:
            if NO_TRANSACTION.match(step):
                beside_a_writer(proving_ground, shop, step, migration, onlooker)
            else:
                in_a_transaction(step, migration, onlooker)
        end = onlooker.run(END).text
    if case.same_end:
        with proving_ground.shop(case.given) as shop, proving_ground.session(shop) as session:
            session.run(case.sql).taken()
            assert end == session.run(END).text


def in_a_transaction(sql: str, migration: Session, onlooker: Session) -> None:
    """No table that was there before is written anew, and none is read from end to end while others wait for it."""
    before, views, read = files(onlooker), tables(onlooker, "m"), rows_read(migration)
    migration.run(f"BEGIN;\n{sql}").taken()
    waited_for = blocked(locks(onlooker, backend(migration)), views)
    read_more = {table for table, rows in rows_read(migration).items() if rows > read.get(table, 0)}
    assert waited_for & read_more & set(before) == set(), f"reads all rows while others wait: {sql}"
    migration.run("COMMIT;").taken()
    assert written_anew(before, files(onlooker)) - set(views) == set(), f"writes all rows anew: {sql}"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("ALTER TABLE orders ALTER COLUMN user_id SET NOT NULL", "reads all rows while others wait"),
        ("CREATE INDEX orders_note_idx ON orders (note)", "reads all rows while others wait"),
        ("ALTER TABLE items ADD CONSTRAINT one UNIQUE (id)", "reads all rows while others wait"),
        ("ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid()", "reads all rows while others wait"),
        ("TRUNCATE scratch", "writes all rows anew"),
    ],
)
def test_the_proof_of_safety_refuses_what_is_dangerous(proving_ground: ShopServer, sql: str, why: str) -> None:
    with (
        proving_ground.shop() as shop,
        proving_ground.session(shop) as migration,
        proving_ground.session(shop) as onlooker,
        pytest.raises(AssertionError, match=why),
    ):
        in_a_transaction(sql, migration, onlooker)


def beside_a_writer(server: ShopServer, shop: str, sql: str, migration: Session, onlooker: Session) -> None:
    """While a program has written and not yet committed, the statement waits, and holds nothing that stops a write."""
    if sql.upper().startswith("VACUUM"):
        migration.run(sql).taken()
        return
    pid, before = backend(migration), files(onlooker)
    with server.session(shop) as writer:
        written = ", ".join(tables(onlooker, "r", "p"))
        writer.run(f"BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE {written} IN ROW EXCLUSIVE MODE;").taken()
        writer.run("SELECT count(*) FROM users;").taken()
        migration.start(sql)
        if not waits(pid, onlooker):
            migration.end().taken()
            raise AssertionError(f"waits for no writer, so that there is nothing to look at: {sql}")
        assert blocked(locks(onlooker, pid), []) == set(), sql
        writer.run("COMMIT;").taken()
    migration.end().taken()
    assert written_anew(before, files(onlooker)) == set(), sql


@pytest.mark.parametrize("case", every(tuple(case for case in HARMLESS if not case.alone), STEP))
def test_what_is_harmless_makes_nobody_wait(proving_ground: ShopServer, case: Case) -> None:
    with (
        proving_ground.shop(case.given) as shop,
        proving_ground.session(shop) as migration,
        proving_ground.session(shop) as onlooker,
    ):
        in_a_transaction(case.sql, migration, onlooker)
