"""What people are told of findings. Findings are of the code, not of an environment: see `told_by`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.markup import escape

from delivery import screen
from delivery.desk import Desk
from delivery.notices import Kind, NextStep, Notice, Severity
from delivery.security_gate import Decision
from delivery.security_report import summary
from model.environment import Environment
from model.errors import ConfigError
from model.findings import FILE
from model.order import order
from model.stacks import load_environment

SHOWN = 10
"""Findings that are named; the gate's own output has them all."""


def tell(desk: Desk, decision: Decision) -> None:
    """Tell of what blocks, is to be fixed in time, or has lost its exception; nobody of anything less. Never raises."""
    if not (decision.blocked or decision.warned or decision.expired):
        return
    try:
        environment = told_by(desk.place.config)
    except ConfigError as error:
        screen.err().print(f"[yellow]warning[/]: nobody is told: {escape(str(error))}")
        return
    if environment is None:
        screen.err().print("[yellow]note[/]: nobody is told: there is no environment that names a channel")
        return
    desk.outbox.tell(notice(decision, environment, desk.who, desk.engine.now()))


def told_by(config_dir: Path) -> str | None:
    """The environment whose channels are told: the first with one for security, else the first with any."""
    speaking: list[tuple[bool, str]] = []
    for name in order(config_dir):
        loaded = load_environment(name, config_dir)
        if isinstance(loaded, Environment) and loaded.notices.slack:
            speaking.append((loaded.notices.slack.security is None, name))
    return min(speaking, key=lambda each: each[0])[1] if speaking else None


def notice(decision: Decision, environment: str, who: str, at: datetime) -> Notice:
    """Critical where something critical blocks, which is to be fixed at once. Messages of tools stay out: they may quote
    a secret.
    """
    urgent = any(each.finding.severity == "critical" for each in decision.blocked)
    counted = [*decision.blocked, *decision.warned]
    named = [
        f"{each.finding.severity}: {each.finding.rule or each.finding.tool}"
        + (f" in {each.finding.where}" if each.finding.where else "")
        + (f", until {each.until}" if each.until else "")
        for each in counted[:SHOWN]
    ]
    if len(counted) > SHOWN:
        named.append(f"and {len(counted) - SHOWN} more")
    return Notice(
        kind=Kind.SECURITY,
        severity=Severity.CRITICAL if urgent else Severity.WARNING,
        environment=environment,
        title=f"Security: {summary(decision)}",
        at=at,
        who=who,
        reason="\n".join([*named, *(each.problem for each in decision.expired)]),
        next_step=NextStep(f"Fix them, or let somebody answer for them in {FILE}"),
    )
