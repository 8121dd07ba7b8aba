"""Where squawk finds a danger in a case, so do we; where we do not, the server shows that nobody waits."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from delivery.squawk import program
from migrations import checker
from migrations.squawk import LEFT_OUT, POSTGRES, SAME
from tests.migrations.sql_cases import all_cases

NOTHING = "a default of nothing between parentheses"
NEW_TABLE = "the table is of the same file, and empty"
HARMLESS = {
    ("an index on a table of the same file", "require-concurrent-index-creation"): NEW_TABLE,
    ("an index on a table of the same file under its full name", "require-concurrent-index-creation"): NEW_TABLE,
    ("constraints on a table of the same file", "adding-serial-primary-key-field"): NEW_TABLE,
    ("constraints on a table of the same file", "constraint-missing-not-valid"): NEW_TABLE,
    ("constraints on a table of the same file", "disallowed-unique-constraint"): NEW_TABLE,
    ("a required column of a table of the same file", "adding-not-nullable-field"): NEW_TABLE,
    ("a required column of a table of the same file", "adding-required-field"): NEW_TABLE,
    ("another type of a column of a table of the same file", "changing-column-type"): NEW_TABLE,
    ("a random default of a column of a table of the same file", "adding-field-with-default"): NEW_TABLE,
    ("names that no convention likes", "require-concurrent-index-creation"): NEW_TABLE,
    ("a temporary table made and dropped", "ban-drop-table"): NEW_TABLE,
    ("a column with the date of the migration", "adding-field-with-default"): "CURRENT_DATE is stable",
    (NOTHING, "adding-field-with-default"): "no row is written anew for a constant",
    ("an index on the parent of partitions alone", "require-concurrent-index-creation"): "nothing is built",
    ("another name for an index", "renaming-object"): "no query names an index",
    ("both timeouts by function", "require-lock-timeout"): "set_config sets it",
    ("both timeouts by function", "require-statement-timeout"): "set_config sets it",
    ("no timeouts and nothing that waits", "require-lock-timeout"): "no table in use is locked",
    ("no timeouts and nothing that waits", "require-statement-timeout"): "no table in use is locked",
    (
        "an index in the background once the transaction was given up",
        "ban-concurrent-index-creation-in-transaction",
    ): "ROLLBACK ends a transaction too",
}
"""Case and squawk's rule -> why it is wrong there."""


def test_what_squawk_finds_is_found_or_harmless(tmp_path: Path) -> None:
    cases = all_cases()
    for number, case in enumerate(cases):
        (tmp_path / f"{number}.sql").write_text(checker.read(case.checked).plain, newline="")
    (tmp_path / "squawk.toml").write_text("")
    options = ["--config", "squawk.toml", "--reporter", "json", "--pg-version", POSTGRES, "--exclude"]
    command = [program(), *options, ",".join(LEFT_OUT), *(f"{number}.sql" for number in range(len(cases)))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    missed = set()
    for each in json.loads(done.stdout):
        case = cases[int(Path(each["file"]).stem)]
        ours = {finding.rule for finding in case.findings}
        # What is not one of ours comes through under its own name.
        if not ours & {*SAME.get(each["rule_name"], ()), each["rule_name"]}:
            missed.add((case.name, each["rule_name"]))
    assert missed == set(HARMLESS)


def test_what_is_harmless_has_no_finding_of_ours() -> None:
    named = {name for name, _ in HARMLESS}
    found = {case.name: [each.rule for each in case.findings] for case in all_cases() if case.name in named}
    assert found == {**{name: [] for name in named}, NOTHING: ["add-required-column"]}


def test_rules_that_cases_cite_are_squawk_s() -> None:
    known = Path(program()).read_bytes()
    cited = {source.partition(":")[2] for case in all_cases() for source in case.source if source.startswith("squawk:")}
    assert {rule for rule in cited if rule.encode() not in known} == set()
