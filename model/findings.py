"""What becomes of what scanners find: one policy for all of them, and the exceptions that somebody answers for."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from model.errors import ConfigError, Problem, refused
from model.inert import Inert
from model.source import mapping, read

FILE = "security.yaml"
"""In the config folder. Without it the defaults hold, and nothing is excepted."""

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""Worst first."""

Action = Literal["block", "warn", "note"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> Any:
    """A date as YAML has it, or as text. A number would pass for seconds since 1970, and so for a day long gone."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"'{value}' is no date|Write YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]
"""The last day on which an exception holds."""


class Verdict(Inert):
    """What becomes of the findings of one severity."""

    action: Action = Field(
        description="block (the gate refuses), warn (the gate passes, and people are told) or note (it is listed)"
    )
    days: int | None = Field(
        None,
        ge=0,
        le=3650,
        description="the days in which it is to be fixed, 0 for at once; without it there is no deadline",
    )


class Severities(Inert):
    """What is left out keeps its default."""

    critical: Verdict = Field(
        Verdict(action="block", days=0), description="what becomes of critical findings: CVSS 9.0 and more"
    )
    high: Verdict = Field(Verdict(action="block", days=1), description="what becomes of high findings: CVSS 7.0 to 8.9")
    medium: Verdict = Field(
        Verdict(action="warn", days=7), description="what becomes of medium findings: CVSS 4.0 to 6.9"
    )
    low: Verdict = Field(Verdict(action="note"), description="what becomes of low findings: CVSS 0.1 to 3.9")


class FindingException(Inert):
    """A finding that somebody answers for until a day. Afterwards it counts again, with nobody having to remember."""

    rule: str = Field(pattern=r"\S", description="the rule's id, as the gate shows it, such as CVE-2024-6119")
    path: str | None = Field(
        None,
        pattern=r"\S",
        description="where it may be found, with * for any text, such as services/api/*; without it everywhere",
    )
    tool: str | None = Field(
        None, pattern=r"\S", description="the scanner's name, as the gate shows it, such as Trivy; without it any"
    )
    owner: str = Field(pattern=r"\S", description="who answers for it, such as an e-mail address")
    reason: str = Field(pattern=r"\S", description="why it is no danger, or why it cannot be fixed yet")
    expires: Day = Field(description="the last day on which it holds, such as 2026-12-31")


class FindingPolicy(Inert):
    """All of `security.yaml`."""

    severities: Severities = Field(
        Severities(), description="what becomes of findings: critical, high, medium and low, each with action and days"
    )
    exceptions: tuple[FindingException, ...] = Field(
        (), description="a list of findings that are let through: rule, path, tool, owner, reason and expires"
    )


def load_policy(config_dir: Path) -> FindingPolicy:
    """Reads and checks `security.yaml`. An exception that has expired is no mistake here: the gate names it."""
    path = config_dir / FILE
    if not path.exists():
        return FindingPolicy()
    try:
        policy = FindingPolicy.model_validate(mapping(FILE, read(path)))
    except ValidationError as error:
        raise refused(FILE, FindingPolicy, error) from None
    seen: dict[tuple[str, str | None, str | None], int] = {}
    problems: list[Problem] = []
    for number, each in enumerate(policy.exceptions):
        first = seen.setdefault((each.rule, each.path, each.tool), number)
        if first != number:
            what = f"it excepts the same as exceptions.{first}"
            problems.append(Problem(FILE, f"exceptions.{number}", what, "Take one of them out."))
    if problems:
        raise ConfigError(*problems)
    return policy
