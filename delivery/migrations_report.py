"""What the checker of migrations says: text for people, SARIF and GitHub's annotations for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from rich.markup import escape

from delivery.migrations_check import LABEL, Verdict
from delivery.sarif import line as one_line
from delivery.security_report import COLOURS
from migrations.checker import RULES, Ignored
from migrations.finding import Finding
from model.findings import SEVERITIES, Action, Severity

SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Within GitHub's bands, so that the gate over SARIF reads the same severity back."""
LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SAID: dict[Action, str] = {"block": "error", "warn": "warning", "note": "notice"}


def lines(verdict: Verdict) -> Iterator[str]:
    """In rich's markup."""
    if verdict.blocking:
        yield "[bold red]DESTRUCTIVE MIGRATION OPERATIONS DETECTED:[/]"
    of_file = ""
    for found, _ in verdict.findings:
        if found.file != of_file:
            of_file = found.file
            yield f"\n{escape(one_line(of_file))}:"
        yield from _finding(found)
    for mistake in verdict.mistakes:
        yield f"[red]error[/]: {escape(one_line(f'{mistake.where}: {mistake.what}. {mistake.remedy}'))}"
    for each in verdict.ignored:
        found = each.finding
        said = f"{found.file}:{found.line}: {found.rule}: {each.owner} answers for it: {each.reason}"
        yield f"[dim]ignored[/]: {escape(one_line(said))}"
    for remark in verdict.remarks:
        yield f"[yellow]remark[/]: {escape(one_line(remark))}"
    yield from _approval(verdict)
    mark = "[green]passed[/]" if verdict.passed else "[red]refused[/]"
    yield f"{mark}: {escape(summary(verdict))}"


def _finding(found: Finding) -> Iterator[str]:
    head = f"  [{COLOURS[found.severity]}]{found.severity}[/] line {found.line}: {escape(found.what)}"
    yield f"{head} [dim]{escape(f'[{found.rule}]')}[/]"
    yield f"     {escape(one_line(found.statement))}"
    yield f"     [dim]why[/]: {escape(one_line(found.why))}"
    for number, text in enumerate(found.safe.splitlines()):
        yield f"     {'[dim]instead[/]: ' if number == 0 else '  '}{escape(text.rstrip())}"


def _approval(verdict: Verdict) -> Iterator[str]:
    if not verdict.blocking:
        return
    if verdict.approved:
        how = f" ({verdict.how})" if verdict.how else ""
        yield f"\n[green]approved[/] by {escape(', '.join(verdict.approved_by) + how)}, with the label {LABEL}"
        return
    who = f"one of {', '.join(verdict.approvers)}" if verdict.approvers else "a DBA: services.yaml names none yet"
    yield "\nTo proceed with a destructive migration, you must:"
    yield f"1. Add the '{LABEL}' label to this pull request{' [green](done)[/]' * verdict.labelled}"
    yield f"2. Get approval from {escape(who)} (migrations.approvers){' [green](done)[/]' * bool(verdict.approved_by)}"
    yield "3. Follow the expand and contract pattern in a separate pull request"


def summary(verdict: Verdict) -> str:
    """Such as `2 critical, 1 high blocking, 3 medium to fix in 2 new migrations; direction contract`."""
    parts = list[str]()
    if verdict.mistakes:
        parts.append(f"{len(verdict.mistakes)} to correct first")
    blocking = "approved" if verdict.approved else "blocking"
    saying: tuple[tuple[Action, str], ...] = (("block", blocking), ("warn", "to fix"), ("note", "noted"))
    for action, said in saying:
        found = [each for each, judged in verdict.findings if judged == action]
        counts = [f"{n} {severity}" for severity in SEVERITIES if (n := sum(e.severity == severity for e in found))]
        if counts:
            parts.append(f"{', '.join(counts)} {said}")
    if verdict.ignored:
        parts.append(f"{len(verdict.ignored)} ignored")
    files = f"{len(verdict.files)} new migration{'' if len(verdict.files) == 1 else 's'}"
    return f"{', '.join(parts) or 'nothing was found'} in {files}; direction {verdict.direction}"


def annotations(verdict: Verdict) -> Iterator[str]:
    """Commands that GitHub's runner shows beside the lines:
    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions"""
    for found, action in verdict.findings:
        said = "warning" if action == "block" and verdict.approved else _SAID[action]
        title = f"{found.what} ({found.rule}, {found.severity})"
        yield _annotation(said, found.file, found.line, found.column, title, f"{found.why}\n{found.safe}")
    for each in verdict.mistakes:
        yield _annotation("error", each.file, each.line, each.column, each.rule, f"{each.what}. {each.remedy}")


def _annotation(said: str, file: str, at: int, column: int, title: str, text: str) -> str:
    place = f"file={_property(file)},line={max(at, 1)},col={max(column, 1)},title={_property(title)}"
    return f"::{said} {place}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(verdict: Verdict) -> dict[str, Any]:
    """SARIF 2.1.0. What somebody answers for is in it as suppressed, what a DBA has approved too."""
    approved = f"approved by {', '.join(verdict.approved_by)}" if verdict.approved else ""
    shown: list[tuple[Finding, str]] = [
        *((found, approved if action == "block" else "") for found, action in verdict.findings),
        *((each.finding, _answered(each)) for each in verdict.ignored),
    ]
    ids = sorted({found.rule for found, _ in shown} | {each.rule for each in verdict.mistakes})
    results = [_result(found, ids, by) for found, by in shown]
    for each in verdict.mistakes:
        message, place = f"{each.what}. {each.remedy}", (each.file, each.line, each.column)
        results.append(_said(ids, each.rule, "critical", message, place))
    driver = {"name": "slipway migrations", "rules": [_rule(rule) for rule in ids]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _answered(each: Ignored) -> str:
    return f"{each.owner}: {each.reason}"


def _rule(rule: str) -> dict[str, Any]:
    known = RULES.get(rule)
    if known is None:
        return {"id": rule}
    score = {"security-severity": SCORES[known.severity]}
    text = {"text": f"{known.why}\n\n{known.safe}"}
    return {"id": rule, "shortDescription": {"text": known.what}, "help": text, "properties": score}


def _result(found: Finding, ids: list[str], why: str) -> dict[str, Any]:
    message = f"{found.what}: {found.why}\n{found.safe}"
    made = _said(ids, found.rule, found.severity, message, (found.file, found.line, found.column))
    if why:
        made["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": why}]
    return made


def _said(ids: list[str], rule: str, severity: Severity, message: str, place: tuple[str, int, int]) -> dict[str, Any]:
    file, line, column = place
    region = {"startLine": max(line, 1), "startColumn": max(column, 1)}
    return {
        "ruleId": rule,
        "ruleIndex": ids.index(rule),
        "level": LEVELS[severity],
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": region}}],
        "properties": {"security-severity": SCORES[severity]},
    }
