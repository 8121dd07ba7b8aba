"""What the gate says: a table for people, and what becomes of it all in a line."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from delivery.sarif import Finding
from delivery.security_gate import Decision
from model.findings import SEVERITIES, Severity

COLOURS: dict[Severity, str] = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
MESSAGE = 100
"""Characters of a message in the table; `--json` has all of it."""


def table(decision: Decision) -> Table:
    """A row for each finding that counts, worst first within what becomes of it, and below them what is excepted."""
    grid = Table()
    for column in ("", "severity", "tool", "rule", "where", "message", "fix until"):
        # On a narrow terminal ids and paths are folded rather than cut: people copy them into exceptions.
        folded = column in ("rule", "where", "message")
        grid.add_column(column, no_wrap=not folded, overflow="fold")
    for what, judged in (("block", decision.blocked), ("warn", decision.warned), ("note", decision.noted)):
        for each in judged:
            grid.add_row(what, *_cells(each.finding), each.until.isoformat() if each.until else "no deadline")
    for excepted in decision.excepted:
        until = f"excepted until {excepted.exception.expires}"
        grid.add_row("pass", *_cells(excepted.finding), until)
    return grid


def lines(decision: Decision) -> Iterator[str]:
    """What stands below the table, in rich's markup. What has expired comes first: somebody has to act on it."""
    for problem in decision.expired:
        yield f"[yellow]expired[/]: {escape(str(problem))}"
    for remark in decision.remarks:
        yield f"[yellow]remark[/]: {escape(remark)}"
    mark = "[green]passed[/]" if decision.passed else "[red]refused[/]"
    yield f"{mark}: {escape(summary(decision))}"


def summary(decision: Decision) -> str:
    """Such as `1 critical and 2 high block, 1 medium to fix in time`."""
    parts: list[str] = []
    if decision.blocked:
        one = len(decision.blocked) == 1
        parts.append(f"{_counted([each.finding for each in decision.blocked])} {'blocks' if one else 'block'}")
    if decision.skipped:
        parts.append(f"nobody knows what {', '.join(decision.skipped)} would have found")
    if decision.warned:
        parts.append(f"{_counted([each.finding for each in decision.warned])} to fix in time")
    if decision.noted:
        parts.append(f"{_counted([each.finding for each in decision.noted])} noted")
    if decision.excepted:
        parts.append(f"{len(decision.excepted)} excepted")
    return ", ".join(parts) or "nothing was found"


def _counted(found: list[Finding]) -> str:
    counts = {severity: sum(each.severity == severity for each in found) for severity in SEVERITIES}
    said = [f"{count} {severity}" for severity, count in counts.items() if count]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _cells(found: Finding) -> list[str]:
    message = found.message if len(found.message) <= MESSAGE else f"{found.message[:MESSAGE]}…"
    texts = [found.tool, found.rule or "none named", found.where or "no place named", message]
    return [f"[{COLOURS[found.severity]}]{found.severity}[/]", *map(escape, texts)]
