"""Findings as they are read from SARIF files of real shape (see sarif/README.md), and from files that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from delivery import sarif
from delivery.sarif import Finding
from tests.delivery.sarifs import log, one

FILES = Path(__file__).parent / "sarif"
SHELL = "python.lang.security.audit.subprocess-shell-true.subprocess-shell-true"
LEAK = "python.lang.security.audit.logging.logger-credential-leak.python-logger-credential-disclosure"
IMAGE = "ampersand-shared/gke-repo/api:1"


def read(name: str) -> sarif.Scan:
    return sarif.read(name, (FILES / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "tool", "found"),
    [
        (
            "trivy-image.sarif",
            "Trivy",
            [
                ("low", "TEMP-0841856-B18BAF", IMAGE),
                ("high", "CVE-2024-6119", IMAGE),
                ("high", "CVE-2024-6119", IMAGE),
                ("low", "DLA-3972-1", IMAGE),
                ("critical", "CVE-2023-45853", IMAGE),
                ("medium", "CVE-2024-37891", "usr/local/lib/python3.11/site-packages/urllib3-1.26.18.dist-info/METADATA:1"),
            ],
        ),
        (
            "trivy-config.sarif",
            "Trivy",
            [
                ("medium", "DS001", "api/k8s/Dockerfile:14"),
                ("high", "DS002", "api/k8s/Dockerfile:1"),
                ("low", "DS026", "api/k8s/Dockerfile:1"),
            ],
        ),
        (
            "codeql.sarif",
            "CodeQL",
            [
                ("high", "py/sql-injection", "api/app/query.py:42"),
                ("critical", "py/full-ssrf", "api/app/fetch.py:18"),
                ("medium", "py/stack-trace-exposure", "api/app/errors.py:27"),
                ("low", "py/unused-import", "api/app/fetch.py:2"),
            ],
        ),
        (
            "semgrep.sarif",
            "Semgrep OSS",
            [
                ("high", SHELL, "scribe/app/convert.py:31"),
                ("medium", LEAK, "scribe/app/log.py:12"),
                ("low", "dockerfile.best-practice.prefer-copy-over-add.prefer-copy-over-add", "scribe/k8s/Dockerfile:9"),
            ],
        ),
        ("gitleaks.sarif", "gitleaks", [("critical", "private-key", "tools/sign.py:4")]),
    ],
)  # fmt: skip
def test_a_scanner_s_findings(name: str, tool: str, found: list[tuple[str, str, str]]) -> None:
    scan = read(name)
    assert [(each.severity, each.rule, each.where) for each in scan.findings] == found
    assert {each.tool for each in scan.findings} == {tool}


def test_a_finding_whole() -> None:
    assert read("codeql.sarif").findings[0] == Finding(
        "CodeQL",
        "py/sql-injection",
        "high",
        "This SQL query depends on a [user-provided value](1).",
        "api/app/query.py",
        42,
        "bc20f03accee468e:1",
    )


def test_of_a_secret_neither_itself_nor_its_author_is_kept() -> None:
    (found,) = read("gitleaks.sarif").findings
    assert found.fingerprint == ""
    assert "what would be the secret" not in repr(found)
    assert "ann@ampersand.example" not in repr(found)


def test_what_is_suppressed_is_not_counted_but_told() -> None:
    assert read("semgrep.sarif").remarks == (
        "semgrep.sarif: 1 suppressed in Semgrep OSS or in the source, and not counted",
    )


@pytest.mark.parametrize(
    ("score", "severity"),
    [("10.0", "critical"), ("9.0", "critical"), (9.0, "critical"), ("8.9", "high"), ("7.0", "high"), (7, "high"),
     ("6.9", "medium"), ("4.0", "medium"), ("3.9", "low"), ("0.1", "low")],
)  # fmt: skip
def test_a_score_is_in_github_s_band_whatever_the_level(score: object, severity: str) -> None:
    rules = [{"id": "r", "properties": {"security-severity": score}, "defaultConfiguration": {"level": "error"}}]
    level = "note" if severity == "critical" else "error"
    assert one({"ruleId": "r", "level": level}, rules=rules).severity == severity
    assert one({"properties": {"security-severity": score}}).severity == severity


@pytest.mark.parametrize(
    "score", ["0.0", "-1", "10.1", "nan", "inf", "1e999", "HIGH", "", True, None, [9.8], "9.8 (CVSS)", 10**400]
)
def test_a_score_that_is_none_says_nothing(score: object) -> None:
    assert one({"level": "error", "properties": {"security-severity": score}}).severity == "high"


def test_the_result_s_own_score_comes_before_its_rule_s() -> None:
    rules = [{"id": "r", "properties": {"security-severity": "9.8"}}]
    assert one({"ruleId": "r", "properties": {"security-severity": "5.0"}}, rules=rules).severity == "medium"


@pytest.mark.parametrize(
    ("result", "severity"),
    [
        ({"level": "error"}, "high"),
        ({"level": "warning"}, "medium"),
        ({"level": "note"}, "low"),
        ({"level": "none"}, "low"),
        ({}, "medium"),
        ({"ruleId": "r"}, "high"),
        ({"ruleIndex": 0}, "high"),
        ({"ruleId": "r", "level": "note"}, "low"),
        ({"ruleId": "r", "kind": "open"}, "low"),
        ({"kind": "informational"}, "low"),
    ],
)
def test_without_a_score_the_level_says_it(result: dict[str, Any], severity: str) -> None:
    assert one(result, rules=[{"id": "r", "defaultConfiguration": {"level": "error"}}]).severity == severity


def test_gitleaks_is_taken_at_its_word_once_it_says_one() -> None:
    tool = {"driver": {"name": "Gitleaks"}}
    assert one({}, tool=tool).severity == "critical"
    assert one({"level": "warning"}, tool=tool).severity == "medium"


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        ({"kind": "pass"}, False),
        ({"kind": "notApplicable"}, False),
        ({"kind": "review"}, True),
        ({"baselineState": "absent"}, False),
        ({"baselineState": "unchanged"}, True),
        ({"baselineState": "new"}, True),
        ({"suppressions": []}, True),
        ({"suppressions": [{"kind": "external"}]}, False),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, False),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, True),
        ({"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]}, True),
    ],
)
def test_what_counts(result: dict[str, Any], counts: bool) -> None:
    assert len(sarif.read("x", log(result)).findings) == counts


def test_a_message_of_the_rule_s() -> None:
    rules = [{"id": "r", "messageStrings": {"m": {"text": "{0} is {1}, {2}"}}, "shortDescription": {"text": "short"}}]
    assert one({"ruleId": "r", "message": {"id": "m", "arguments": ["a", "b"]}}, rules=rules).message == "a is b, {2}"
    assert one({"ruleId": "r", "message": {"id": "n"}}, rules=rules).message == "short"


def test_a_place() -> None:
    artifact = {"artifactLocation": {"index": 1}, "region": {"startLine": 7}}
    artifacts = [{}, {"location": {"uri": "./a%20b/c.py"}}]
    assert one({"locations": [{"physicalLocation": artifact}, {}]}, artifacts=artifacts).where == "a b/c.py:7"
    absolute = {"artifactLocation": {"uri": "file:///workspace/x.py"}}
    assert one({"locations": [{"physicalLocation": absolute}]}).where == "/workspace/x.py"
    assert one({"locations": [{"logicalLocations": [{"name": "f", "fullyQualifiedName": "m.f"}]}]}).where == "m.f"
    assert one({"locations": [{}]}).where == ""


def test_nothing_of_others_reaches_the_terminal_but_a_line_of_text() -> None:
    found = one({"ruleId": "r\u202e\x1b[2J", "message": {"text": "one\ntwo\x07\x1b]0;x"}})
    assert (found.rule, found.message) == ("r[2J", "one two]0;x")
