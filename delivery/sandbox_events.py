"""What is said to have happened, checked before anything is built."""

import re
from collections.abc import Sequence

from delivery.desk import Desk
from delivery.errors import Failed
from delivery.sandbox_builds import Happened
from model.environment import Shared
from model.errors import ConfigError, Problem
from model.shared_rules import shared_stacks

_COMMIT = re.compile(r"[0-9a-f]{40}")
_GIVEN = re.compile(r"(_[A-Z0-9_]+)=(.*)", re.DOTALL)
_SCORE = re.compile(r"(10(\.0)?|[0-9](\.[0-9])?)")


def shared_stack(desk: Desk) -> Shared:
    """The stack whose triggers there are. Raises Failed where there is none."""
    found = next(iter(shared_stacks(desk.place.config).values()), None)
    if found is None:
        raise Failed("there is no shared stack, which triggers belong to", "Add Pulumi.shared.yaml.")
    return found


def happened(
    trigger: str,
    commit: str,
    *,
    number: int,
    branch: str,
    given: Sequence[str],
    approved: bool,
    failing: str,
    finding: str,
) -> Happened:
    """The event. Raises ConfigError for what cannot be meant."""
    problems = []
    if not _COMMIT.fullmatch(commit):
        problems.append(_wrong("--commit", f"'{commit}' is no commit", "Write all 40 digits."))
    pairs = {}
    for text in given:
        match = _GIVEN.fullmatch(text)
        if match is None:
            problems.append(_wrong("--set", f"'{text}' is no parameter", "Write _NAME=VALUE."))
        else:
            pairs[match[1]] = match[2]
    if finding and not _SCORE.fullmatch(finding):
        problems.append(_wrong("--finding", f"'{finding}' is no CVSS score", "Write 0.0 to 10.0."))
    if problems:
        raise ConfigError(*problems)
    return Happened(
        trigger=trigger,
        commit=commit,
        number=number,
        branch=branch,
        given=pairs,
        approved=approved,
        failing=failing,
        finding=finding,
    )


def _wrong(key: str, what: str, remedy: str) -> Problem:
    return Problem("command line", key, what, remedy)
