"""What becomes of findings: the policy, its exceptions, and the days."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from delivery import sarif, security_report
from delivery.sarif import Finding
from delivery.security_gate import Decision, Judged, decide
from model.errors import ConfigError
from model.findings import FindingPolicy, load_policy

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "sarif"
TODAY = date(2026, 11, 21)
CRITICAL = Finding("Trivy", "CVE-1", "critical", "said", "api/Dockerfile", 1)
HIGH = Finding("CodeQL", "py/x", "high", "said", "api/x.py", 7)
MEDIUM = Finding("CodeQL", "py/y", "medium", "said")
LOW = Finding("Semgrep OSS", "z", "low", "said", "api/x.py")
EXCEPTION = {"rule": "CVE-1", "owner": "ann@example.com", "reason": "not reachable", "expires": date(2026, 11, 21)}


def policy(*exceptions: dict[str, Any], **severities: Any) -> FindingPolicy:
    return FindingPolicy.model_validate({"severities": severities, "exceptions": exceptions})


def rules(judged: tuple[Judged, ...]) -> list[str]:
    return [each.finding.rule for each in judged]


def test_each_severity_has_its_action_and_its_deadline() -> None:
    decision = decide([LOW, MEDIUM, HIGH, CRITICAL], FindingPolicy(), TODAY)
    assert decision == Decision(
        blocked=(Judged(CRITICAL, TODAY), Judged(HIGH, date(2026, 11, 22))),
        warned=(Judged(MEDIUM, date(2026, 11, 28)),),
        noted=(Judged(LOW, None),),
    )


@pytest.mark.parametrize(("found", "passes"), [((), True), ((MEDIUM, LOW), True), ((HIGH,), False), ((CRITICAL, LOW), False)])  # fmt: skip
def test_critical_and_high_block(found: tuple[Finding, ...], passes: bool) -> None:
    assert decide(found, FindingPolicy(), TODAY).passed is passes


def test_the_policy_is_the_team_s() -> None:
    own = policy(high={"action": "warn", "days": 30}, low={"action": "block"})
    decision = decide([HIGH, LOW, CRITICAL], own, TODAY)
    assert (rules(decision.blocked), rules(decision.warned)) == (["CVE-1", "z"], ["py/x"])
    assert decision.warned[0].until == date(2026, 12, 21)


def test_the_scanners_together() -> None:
    found = [
        each for path in sorted(FILES.glob("*.sarif")) for each in sarif.read(path.name, path.read_bytes()).findings
    ]
    decision = decide(found, FindingPolicy(), TODAY)
    assert rules(decision.blocked) == [
        "py/full-ssrf", "CVE-2023-45853", "private-key",
        "py/sql-injection", "python.lang.security.audit.subprocess-shell-true.subprocess-shell-true", "CVE-2024-6119", "DS002",
    ]  # fmt: skip
    assert len(found) == 17
    assert [len(each) for each in (decision.blocked, decision.warned, decision.noted)] == [7, 4, 5]
    assert security_report.summary(decision) == "3 critical and 4 high block, 4 medium to fix in time, 5 low noted"


def test_the_same_finding_of_two_files_counts_once_as_the_worse() -> None:
    worse = Finding("Trivy", "CVE-1", "critical", "of another file", "api/Dockerfile", 1)
    better = Finding("Trivy", "CVE-1", "medium", "said", "api/Dockerfile", 1)
    others = [Finding(*key, line) for *key, line in [
        ("Grype", "CVE-1", "high", "said", "api/Dockerfile", 1),
        ("Trivy", "CVE-2", "high", "said", "api/Dockerfile", 1),
        ("Trivy", "CVE-1", "high", "said", "read/Dockerfile", 1),
        ("Trivy", "CVE-1", "high", "said", "api/Dockerfile", 2),
    ]]  # fmt: skip
    decision = decide([better, worse, better, *others], FindingPolicy(), TODAY)
    assert decision.warned == ()
    assert decision.blocked[0].finding == worse
    assert len(decision.blocked) == 5


def test_findings_without_a_rule_are_told_apart_by_what_they_say() -> None:
    found = [Finding("tool", "", "high", said) for said in ("one", "two", "one")]
    assert len(decide(found, FindingPolicy(), TODAY).blocked) == 2


@pytest.mark.parametrize(
    ("narrowed", "holds"),
    [
        ({}, True),
        ({"tool": "trivy"}, True),
        ({"tool": "Grype"}, False),
        ({"path": "api/Dockerfile"}, True),
        ({"path": "api/*"}, True),
        ({"path": "*"}, True),
        ({"path": "api"}, False),
        ({"path": "Dockerfile"}, False),
        ({"path": "api/Dockerfil?"}, False),
        ({"path": "API/*"}, False),
        ({"rule": "CVE-11"}, False),
        ({"rule": "CVE-*"}, False),
    ],
)
def test_an_exception_lets_through_what_it_names_and_no_more(narrowed: dict[str, str], holds: bool) -> None:
    decision = decide([CRITICAL], policy({**EXCEPTION, **narrowed}), TODAY)
    assert (decision.passed, len(decision.excepted), len(decision.blocked)) == (holds, int(holds), int(not holds))


def test_brackets_in_a_path_are_brackets() -> None:
    found = Finding("Trivy", "CVE-1", "high", "said", "app/[id]/page.tsx")
    assert decide([found], policy({**EXCEPTION, "path": "app/[id]/*"}), TODAY).passed


def test_an_exception_holds_through_its_last_day_and_is_then_refused_by_name() -> None:
    excepting = policy({"rule": "other", **{k: EXCEPTION[k] for k in ("owner", "reason", "expires")}}, EXCEPTION)
    before, after = (decide([CRITICAL], excepting, day) for day in (TODAY, date(2026, 11, 22)))
    assert (before.passed, before.expired) == (True, ())
    assert before.excepted[0].exception == excepting.exceptions[1]
    assert [each.finding for each in after.blocked] == [CRITICAL]
    (problem,) = after.expired
    assert (problem.file, problem.key) == ("security.yaml", "exceptions.1")
    assert problem.problem == "the exception of CVE-1 has expired on 2026-11-21, and the finding counts again"
    assert "ann@example.com" in problem.remedy


def test_an_expired_exception_that_was_renewed_is_only_to_be_taken_out() -> None:
    renewed = policy({**EXCEPTION, "expires": date(2026, 1, 1)}, {**EXCEPTION, "path": "api/*"})
    decision = decide([CRITICAL], renewed, TODAY)
    assert (decision.passed, decision.expired) == (True, ())
    assert decision.remarks == (
        "security.yaml: exceptions.0: CVE-1 is excepted until 2026-01-01, which is over, and nothing needs it: take it out",
    )


def test_an_exception_of_nothing_is_a_remark() -> None:
    decision = decide([HIGH], policy(EXCEPTION), TODAY, ["trivy was skipped: no database"])
    assert decision.remarks == (
        "trivy was skipped: no database",
        "security.yaml: exceptions.0: CVE-1 is excepted for ann@example.com, and nothing like it was found: take it out",
    )


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("severities: {critical: {action: ignore}}", "severities.critical.action", "'ignore' is refused"),
        ("severities: {high: {days: 1}}", "severities.high.action", "this key is missing"),
        ("severities: {hihg: {action: warn}}", "severities.hihg", "this key is unknown"),
        ("severities: {high: {action: block, days: -1}}", "severities.high.days", "-1 is refused"),
        ("exceptions: [{rule: a, owner: ann, reason: x}]", "exceptions.0.expires", "this key is missing"),
        ("exceptions: [{rule: a, owner: '', reason: x, expires: 2026-12-31}]", "exceptions.0.owner", "'' is refused"),
        ("exceptions: [{rule: a, owner: ann, reason: ' ', expires: 2026-12-31}]", "exceptions.0.reason", "' ' is refused"),
        ("exceptions: [{rule: a, owner: ann, reason: x, expires: soon}]", "exceptions.0.expires", "'soon' is no date"),
        ("exceptions: [{rule: a, owner: ann, reason: x, expires: 20261231}]", "exceptions.0.expires", "'20261231' is no date"),
        ("exceptions: [{rule: a, owner: ann, reason: x, expires: '2026-02-30'}]", "exceptions.0.expires", "is no date"),
        ("exceptions: [{rule: a, owner: ann, reason: x, expires: 2026-12-31}, {rule: a, owner: bob, reason: y, expires: 2027-01-31}]",
         "exceptions.1", "it excepts the same as exceptions.0"),
    ],
)  # fmt: skip
def test_a_policy_that_is_wrong_is_refused(tmp_path: Path, text: str, key: str, problem: str) -> None:
    (tmp_path / "security.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_policy(tmp_path)
    (found,) = caught.value.problems
    assert (found.file, found.key) == ("security.yaml", key)
    assert problem in found.problem
    assert found.remedy


def test_a_date_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "security.yaml").write_text("exceptions: [{rule: a, owner: ann, reason: x, expires: '2026-12-31'}]")
    assert load_policy(tmp_path).exceptions[0].expires == date(2026, 12, 31)


def test_without_a_file_the_defaults_hold_which_are_those_of_the_file_that_is_there(tmp_path: Path) -> None:
    assert load_policy(tmp_path) == FindingPolicy() == load_policy(ROOT)
    assert [(each.action, each.days) for each in vars(FindingPolicy().severities).values()] == [
        ("block", 0), ("block", 1), ("warn", 7), ("note", None),
    ]  # fmt: skip
