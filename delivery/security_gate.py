"""What findings mean under the policy of `security.yaml`, on a day: pure.

The gate has no memory. A deadline is counted from the day on which the gate is asked, and what a finding was the last time is
not known here: GitHub's Security tab keeps that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from delivery.sarif import Finding
from model.errors import Problem
from model.findings import FILE, SEVERITIES, Action, FindingException, FindingPolicy


@dataclass(frozen=True)
class Judged:
    """A finding that counts, and the last day on which it may still be there; None: there is no deadline."""

    finding: Finding
    until: date | None

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {**self.finding.as_json(), "fix_until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True)
class Excepted:
    """A finding that is let through, and by what."""

    finding: Finding
    exception: FindingException

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {**self.finding.as_json(), "exception": self.exception.model_dump(mode="json")}


@dataclass(frozen=True)
class Decision:
    """Each list worst first. `expired` are exceptions that hold no more, and are refused; `remarks` stop nothing."""

    blocked: tuple[Judged, ...] = ()
    warned: tuple[Judged, ...] = ()
    noted: tuple[Judged, ...] = ()
    excepted: tuple[Excepted, ...] = ()
    expired: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    """Scanners that were to run and have not: what they would have found nobody knows."""

    @property
    def passed(self) -> bool:
        """Whether nothing blocks."""
        return not self.blocked and not self.skipped

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "passed": self.passed,
            "blocked": [each.as_json() for each in self.blocked],
            "warned": [each.as_json() for each in self.warned],
            "noted": [each.as_json() for each in self.noted],
            "excepted": [each.as_json() for each in self.excepted],
            "expired": [vars(each) for each in self.expired],
            "remarks": list(self.remarks),
            "skipped": list(self.skipped),
        }


def decide(
    findings: Iterable[Finding],
    policy: FindingPolicy,
    today: date,
    remarks: Sequence[str] = (),
    skipped: Sequence[str] = (),
) -> Decision:
    """What becomes of each finding. The same one of two files counts once, as bad as the worse of them. `skipped` names scanners
    without which nothing passes."""
    by_action: dict[Action, list[Judged]] = {"block": [], "warn": [], "note": []}
    excepted: list[Excepted] = []
    used: set[int] = set()
    returned: dict[int, list[Finding]] = {}
    for found in _once(findings):
        matching = [(number, each) for number, each in enumerate(policy.exceptions) if covers(each, found)]
        used |= {number for number, _ in matching}
        holding = next((each for _, each in matching if each.expires >= today), None)
        if holding:
            excepted.append(Excepted(found, holding))
            continue
        for number, _ in matching:
            returned.setdefault(number, []).append(found)
        verdict = getattr(policy.severities, found.severity)
        until = None if verdict.days is None else today + timedelta(days=verdict.days)
        by_action[verdict.action].append(Judged(found, until))
    idle = [
        f"{FILE}: exceptions.{number}: {_idle(each, today)}: take it out"
        for number, each in enumerate(policy.exceptions)
        if number not in returned and (number not in used or each.expires < today)
    ]
    return Decision(
        tuple(by_action["block"]),
        tuple(by_action["warn"]),
        tuple(by_action["note"]),
        tuple(excepted),
        tuple(_expired(number, policy.exceptions[number], found) for number, found in sorted(returned.items())),
        (*remarks, *idle),
        tuple(skipped),
    )


def covers(exception: FindingException, found: Finding) -> bool:
    """Whether an exception is about a finding, be it expired or not."""
    tool = exception.tool is None or exception.tool.lower() == found.tool.lower()
    path = exception.path is None or _like(exception.path, found.path)
    return tool and path and exception.rule == found.rule


def _like(pattern: str, path: str) -> bool:
    """`*` is any text, of several folders too, and nothing else is special: files are called `[id].tsx`."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path) is not None


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, worst first. One that names no rule is told from others by what it says."""
    worst: dict[tuple[str, str, str, int], Finding] = {}
    for found in sorted(findings, key=_order):
        worst.setdefault((found.tool, found.rule or found.message, found.path, found.line), found)
    return list(worst.values())


def _order(found: Finding) -> tuple[int, str, str, str, int]:
    return SEVERITIES.index(found.severity), found.tool, found.rule, found.path, found.line


def _idle(exception: FindingException, today: date) -> str:
    if exception.expires < today:
        return f"{exception.rule} is excepted until {exception.expires}, which is over, and nothing needs it"
    return f"{exception.rule} is excepted for {exception.owner}, and nothing like it was found"


def _expired(number: int, exception: FindingException, found: Sequence[Finding]) -> Problem:
    again = f"{len(found)} findings count" if len(found) > 1 else "the finding counts"
    what = f"the exception of {exception.rule} has expired on {exception.expires}, and {again} again"
    remedy = f"Fix it, or have {exception.owner} answer for it until another day, with a reason of today."
    return Problem(FILE, f"exceptions.{number}", what, remedy)
