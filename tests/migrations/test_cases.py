"""The checker finds exactly what the cases expect, rule and line, and nothing in what is harmless."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

import pytest

from delivery.migrations_check import Verdict, check
from migrations import checker
from migrations.direction import direction_of
from model.findings import FindingPolicy
from tests.migrations.conftest import CASES, checked
from tests.migrations.sql_cases import Broken, Case, all_broken, all_cases

BROKEN = {f"{number:04}_broken.sql": broken for number, broken in enumerate(all_broken(), len(CASES))}
ENCODED = "-- größe\r\nSELECT 'ä; DROP TABLE users;'; DROP TABLE items;\r\nALTER TABLE users DROP COLUMN bio;\r\n"
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return checked(tmp_path_factory.mktemp("broken"), {name: each.sql for name, each in BROKEN.items()})


def found(verdict: Verdict, name: str) -> list[tuple[str, int]]:
    return sorted((each.rule, each.line) for each, _ in verdict.findings if Path(each.file).name == name)


def mistakes(verdict: Verdict, name: str) -> list[tuple[str, int, int]]:
    return [(each.rule, each.line, each.column) for each in verdict.mistakes if Path(each.file).name == name]


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=[f"{case.file}-{case.name}" for case in CASES.values()])
def test_a_case_is_found_as_it_is(verdict: Verdict, name: str, case: Case) -> None:
    assert (found(verdict, name), mistakes(verdict, name)) == (case.expected, [])


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.file}-{case.name}")
def test_a_case_goes_the_way_it_goes(case: Case) -> None:
    assert direction_of({"0001_case.sql": case.sql}) == case.direction


@pytest.mark.parametrize(("name", "broken"), BROKEN.items(), ids=[each.name for each in BROKEN.values()])
def test_broken_sql_is_a_mistake_with_its_place(refused: Verdict, name: str, broken: Broken) -> None:
    assert mistakes(refused, name) == [("syntax-error", broken.line, broken.column)]


def test_sql_cut_short_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    """What does not follow trips no rule: it is broken, or it is SQL still."""
    files = {
        f"{number:04}{place:04}_cut.sql": case.sql[:place]
        for number, case in enumerate(all_cases()[::2])
        for place in {match.end() for match in re.finditer(r"\w+", case.sql)}
    }
    verdict = checked(tmp_path, files)
    assert len(verdict.files) == len(files)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", *MARKS, "utf-16", "utf-32"])
def test_the_encoding_hides_nothing(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "0001_encoded.sql").write_bytes(MARKS.get(encoding, b"") + ENCODED.encode(encoding))
    verdict = check([tmp_path], FindingPolicy())
    assert found(verdict, "0001_encoded.sql") == [
        ("drop-column", 3),
        ("drop-table", 2),
        ("no-lock-timeout", 2),
        ("no-statement-timeout", 2),
    ]
    assert verdict.mistakes == ()


SEVERITIES = {
    "critical": "drop-table drop-schema drop-database drop-column truncate",
    "high": "change-column-type rename-table rename-column rename-other add-required-column volatile-default "
    "index-not-concurrently drop-index-not-concurrently reindex-not-concurrently constraint-not-valid "
    "unique-constraint generated-column update-without-where delete-without-where lock-table "
    "refresh-materialized-view vacuum-full cluster set-logged move-table attach-partition detach-partition revoke "
    "drop-trigger drop-view drop-function drop-type drop-other row-security unreadable-sql",
    "medium": "set-not-null drop-constraint json-column no-lock-timeout no-statement-timeout "
    "concurrently-in-transaction enum-value-in-transaction",
}


def test_each_rule_is_as_bad_as_what_it_stands_for() -> None:
    assert {rule.id: rule.severity for rule in checker.RULES.values()} == {
        rule: severity for severity, rules in SEVERITIES.items() for rule in rules.split()
    }


def test_every_rule_has_a_case() -> None:
    used = Counter(finding.rule for case in all_cases() for finding in case.findings)
    assert set(checker.RULES) - set(used) == set()


def test_there_are_enough_cases_of_each_kind() -> None:
    harmless = [case for case in all_cases() if not case.findings]
    assert (len(all_cases()) >= 150, len(harmless) >= 40) == (True, True)
    names = Counter((case.file, case.name) for case in all_cases())
    assert [name for name, number in names.items() if number > 1] == []


def test_every_case_reads_well() -> None:
    """A source is a rule by the name that its checker has for it."""
    checkers = {source.partition(":")[0] for case in all_cases() for source in case.source}
    assert checkers == {"squawk", "atlas", "strong_migrations", "pgroll"}
    assert [case.name for case in all_cases() if case.findings and not case.source] == []
