"""What is said to have happened, checked before anything is built."""

import re
from collections.abc import Sequence
from pathlib import Path

from delivery.desk import Desk
from delivery.errors import Failed
from delivery.sandbox_build_told import Happened
from model.errors import ConfigError, Problem
from model.shared import Shared
from model.shared_rules import shared_stacks

COMMIT = re.compile(r"[0-9a-f]{40}")
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
    source: Path | None,
    action: str,
) -> Happened:
    """The event. Raises ConfigError for what cannot be meant."""
    pairs, problems = parameters(given)
    if not COMMIT.fullmatch(commit):
        problems.append(_wrong("--commit", f"'{commit}' is no commit", "Write all 40 digits."))
    if finding and not _SCORE.fullmatch(finding):
        problems.append(_wrong("--finding", f"'{finding}' is no CVSS score", "Write 0.0 to 10.0."))
    if source and not (source / ".git").exists() and not (source / "HEAD").exists():
        problems.append(_wrong("--source", f"{source} is no git repository", "Name a clone that has the commit."))
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
        source=source,
        action=action,
    )


def parameters(given: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """The pairs of `--set`, and what is wrong with the others."""
    matches = {text: _GIVEN.fullmatch(text) for text in given}
    wrong = [
        _wrong("--set", f"'{text}' is no parameter", "Write _NAME=VALUE.")
        for text, match in matches.items()
        if match is None
    ]
    return {match[1]: match[2] for match in matches.values() if match}, wrong


def _wrong(key: str, what: str, remedy: str) -> Problem:
    return Problem("command line", key, what, remedy)
