"""What the checker suggests instead, run on the server as it is printed: it works, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery.migrations_check import Verdict
from migrations.checker import RULES
from migrations.finding import Finding
from tests.migrations.conftest import CASES
from tests.migrations.shop_server import Refused, ShopServer
from tests.migrations.sql_cases import Case, every
from tests.migrations.test_dangers import NO_TRANSACTION, beside_a_writer, in_a_transaction

SESSION = {"no-lock-timeout", "no-statement-timeout"}
"""What they suggest is a setting, which test_cases.py shows to be enough."""
REFUSED = {
    "to a number from text": "22P02",
    "to a shorter text": "22001",
    "required while a row has none": "23514",
    "required after a backfill in the same file": "23514",
    "values that are there twice": "23505",
    "a table and all that refers to it": "2BP01",
    "a column with what depends on it": "2BP01",
    "a schema with all its tables": "2BP01",
    "the rows of a table and of all that refer to it": "23503",
    "a type and the columns that have it": "2BP01",
    "a table of another schema behind a setting by function": "42P01",
    "a table of another schema behind another way to say so": "42P01",
}
"""Rows that are not as they must be, and what depends on the thing: the safe way stops where the other destroys; or names that
mean the thing only behind the rest of the file."""


def steps(finding: Finding) -> list[str]:
    """The statements that it suggests; none where a person must fill in what the file does not say."""
    lines = [line.strip().rstrip(";") for line in finding.safe.splitlines() if line.startswith("  ")]
    return [] if any("..." in line for line in lines) else lines


@pytest.mark.parametrize("case", every(tuple(case for case in CASES.values() if case.findings), 9))
def test_what_is_suggested_works_and_is_safe(proving_ground: ShopServer, verdict: Verdict, case: Case) -> None:
    name = next(name for name, each in CASES.items() if each is case)
    found = [each for each, _ in verdict.findings if Path(each.file).name == name and each.rule not in SESSION]
    stopped = set()
    for finding in found:
        with (
            proving_ground.shop(case.given) as shop,
            proving_ground.session(shop) as migration,
            proving_ground.session(shop) as onlooker,
        ):
            for step in steps(finding):
                try:
                    if NO_TRANSACTION.match(step):
                        beside_a_writer(proving_ground, shop, step, migration, onlooker)
                    else:
                        in_a_transaction(step, migration, onlooker)
                except Refused as error:
                    stopped.add(error.sqlstate)
                    break
    assert stopped == ({REFUSED[case.name]} if case.name in REFUSED else set())


WITHOUT_SQL = {
    "cluster": "another program orders the rows",
    "drop-database": "no migration does it",
    "drop-other": "code comes first, and then the same statement",
    "unreadable-sql": "the statements that it stands for, written out",
}
"""Rules of which nothing can be run, and what they suggest."""


def test_what_is_suggested_is_run_here_or_as_the_safe_way_of_a_case(verdict: Verdict) -> None:
    run = {each.rule for each, _ in verdict.findings if steps(each)}
    safe = {found.rule for case in CASES.values() if case.safe for found in case.findings}
    assert set(RULES) - run - safe == set(WITHOUT_SQL)
    assert run >= {
        "change-column-type",
        "drop-column",
        "drop-index-not-concurrently",
        "drop-table",
        "json-column",
        "refresh-materialized-view",
        "reindex-not-concurrently",
        "rename-table",
        "set-not-null",
        "unique-constraint",
        "vacuum-full",
        "volatile-default",
    }
