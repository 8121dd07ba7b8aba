"""`slipway sandbox pull-request`, `review`, `check` and `team`: what people and their builds do on GitHub, done by hand.

What GitHub would refuse is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from delivery import github_rules as rules
from delivery.github import PullRequest, Review, split
from delivery.github_records import PullRequestRecord, ReviewRecord, changing, load
from delivery.github_rules import DECISIVE, Outcome, person
from model.errors import ConfigError, Problem, closest
from model.shared import Shared
from model.stacks import load_environment, stacks

_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}(\[bot\])?")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Change:
    """What shall become of a pull request; None and false leave as it is."""

    author: str | None = None
    branch: str | None = None
    commit: str | None = None
    base: str | None = None
    title: str | None = None
    labels: Sequence[str] = ()
    fork: bool = False
    close: bool = False
    merge: bool = False


def repository(config_dir: Path, given: str | None) -> str:
    """The repository that was named, else the one of this program and its config. Raises ConfigError where there is none."""
    if given is not None:
        split(given)
        return given
    for stack in stacks(config_dir):
        loaded = load_environment(stack, config_dir)
        if isinstance(loaded, Shared) and loaded.platform_repository:
            return loaded.platform_repository.name
    raise _wrong("--repository", "no stack's file has slipway:platformRepository", "Say --repository OWNER/NAME.")


def pull_request(folder: Path, repository: str, number: int, change: Change) -> PullRequest:
    """Open a pull request, push to it, label, close or merge it; with an empty change, look at it."""
    problems = [
        *_unlike("--author", change.author, _LOGIN, "login", "Write one such as ann."),
        *_unlike("--commit", change.commit, _COMMIT, "full commit", "Write its 40 hexadecimal digits."),
        *_unlike("--branch", change.branch, _WORD, "branch", "Write a name without spaces."),
        *_unlike("--base", change.base, _WORD, "branch", "Write a name without spaces."),
    ]
    if change.close and change.merge:
        problems.append(_problem("--merge", "it does not go with --close", "Take one of them."))
    _refuse(problems)
    known = load(folder).repository(repository).pull_requests
    if number in known and change == Change():
        return known[number].read(repository, number)
    with changing(folder) as records:
        pulls = records.repository(repository).pull_requests
        if number in pulls:
            _change(pulls[number], number, change)
        else:
            pulls[number] = _opened(number, change)
        found = pulls[number]
        twins = [each for each, other in pulls.items() if each != number and _same(found, other)]
        if twins:
            problem = f"pull request {twins[0]} is open from {found.branch} to {found.base} already"
            raise _wrong("--branch", problem, f"Close it first, or push to it with {twins[0]} as the number.")
        return found.read(repository, number)


def review(folder: Path, repository: str, number: int, who: str, state: str, at: datetime) -> Review:
    """Approve the present head (APPROVED), ask for changes (CHANGES_REQUESTED), or take somebody's review away (DISMISSED)."""
    _refuse(_unlike("--by", who, _LOGIN, "login", "Write one such as bob."))
    with changing(folder) as records:
        found = records.repository(repository).pull_requests.get(number)
        if found is None:
            raise _unknown(number)
        if state == "DISMISSED":
            decisions = [each for each in found.reviews if person(each.who) == person(who) and each.state in DECISIVE]
            if not decisions:
                raise _wrong("--by", f"{who} has no review of {number} to dismiss", _one_of(found.reviews))
            decisions[-1].state = "DISMISSED"
            return decisions[-1].read()
        if person(who) == person(found.author):
            raise _wrong("--by", f"{who} is the author, whom GitHub lets say nothing but comments", "Name another.")
        approved = state == "APPROVED"
        made = ReviewRecord(
            who=who, state="APPROVED" if approved else "CHANGES_REQUESTED", commit=found.commits[-1], at=at
        )
        found.reviews.append(made)
        return made.read()


def check(folder: Path, repository: str, commit: str, name: str, outcome: str) -> None:
    """Report a check of a commit; a later report of the same name takes its place."""
    problems = _unlike("COMMIT", commit, _COMMIT, "full commit", "Write its 40 hexadecimal digits.")
    known: tuple[Outcome, ...] = get_args(Outcome)
    taken = next((each for each in known if each == outcome), None)
    if taken is None:
        problems.append(_problem("OUTCOME", f"there is no '{outcome}'", closest(outcome, known)))
    if not name.strip():
        problems.append(_problem("NAME", "a check needs a name", "Write one such as lint."))
    if problems or taken is None:
        raise ConfigError(*problems)
    with changing(folder) as records:
        records.repository(repository).checks.setdefault(commit, {})[name] = taken


def team(folder: Path, repository: str, name: str, logins: Sequence[str]) -> None:
    """Let a team of the repository's owner have these members and no others."""
    problems = _unlike("NAME", name, _SLUG, "slug of a team", "Write one such as release-managers.")
    for login in logins:
        problems += _unlike("LOGIN", login, _LOGIN, "login", "Write one such as ann.")
    _refuse(problems)
    with changing(folder) as records:
        records.teams.setdefault(split(repository)[0], {})[name] = sorted(set(logins))


def as_json(folder: Path, repository: str, shown: PullRequest) -> dict[str, Any]:
    """A pull request, with the approvals that count and the checks of its head."""
    here = load(folder).repository(repository)
    reviews = [each.read() for each in here.pull_requests[shown.number].reviews]
    reported = here.checks.get(shown.commit, {})
    return {
        "repository": repository,
        **asdict(shown),
        "approvals": [each.who for each in rules.counting(shown, reviews)],
        "checks": asdict(rules.combined(rules.Report("", name, 0, each) for name, each in reported.items())),
    }


def lines(shown: dict[str, Any]) -> list[str]:
    """The same for people."""
    fork = " of a fork" if shown["from_fork"] else ""
    checks = [f"{name} {outcome}" for outcome, names in shown["checks"].items() for name in names]
    return [
        f"pull request {shown['number']} of {shown['repository']} is {shown['state']}: {shown['title']}",
        f"  {shown['author']}, from {shown['branch']}{fork} at {shown['commit'][:12]} to {shown['base']}",
        f"  labels: {', '.join(shown['labels']) or 'none'}",
        f"  approved by: {', '.join(shown['approvals']) or 'nobody'}",
        f"  checks: {', '.join(checks) or 'none reported'}",
    ]


def _opened(number: int, change: Change) -> PullRequestRecord:
    wanted = {"--author": change.author, "--branch": change.branch, "--commit": change.commit}
    missing = [key for key, value in wanted.items() if value is None]
    if missing or not (change.author and change.branch and change.commit):
        remedy = "Say --author LOGIN --branch BRANCH --commit SHA to open it."
        raise ConfigError(*(_problem(key, f"there is no pull request {number} yet", remedy) for key in missing))
    return PullRequestRecord(
        author=change.author,
        branch=change.branch,
        commits=[change.commit],
        title=change.title or f"{change.branch[0].upper()}{change.branch[1:].replace('-', ' ')}",
        base=change.base or "main",
        state="closed" if change.close else "merged" if change.merge else "open",
        from_fork=change.fork,
        labels=list(change.labels),
    )


def _change(found: PullRequestRecord, number: int, change: Change) -> None:
    kept = [("--author", change.author, found.author), ("--branch", change.branch, found.branch)]
    problems = [
        _problem(
            key, f"pull request {number} has {before}, which never changes", "Leave it out, or take another number."
        )
        for key, wanted, before in kept
        if wanted not in (None, before)
    ]
    pushed = change.commit not in (None, found.commits[-1])
    if found.state != "open" and (pushed or change.close or change.merge):
        key = "--commit" if pushed else "--merge" if change.merge else "--close"
        problems.append(_problem(key, f"pull request {number} is {found.state}", "Open another one."))
    _refuse(problems)
    if pushed and change.commit:
        found.commits.append(change.commit)
    found.base, found.title = change.base or found.base, change.title or found.title
    found.labels = list(change.labels) or found.labels
    found.from_fork = found.from_fork or change.fork
    found.state = "closed" if change.close else "merged" if change.merge else found.state


def _same(one: PullRequestRecord, other: PullRequestRecord) -> bool:
    """Whether GitHub would refuse the second one."""
    both_open, here = one.state == other.state == "open", not (one.from_fork or other.from_fork)
    return both_open and here and (one.branch, one.base) == (other.branch, other.base)


def _one_of(reviews: Iterable[ReviewRecord]) -> str:
    return f"Those who reviewed it: {', '.join(sorted({each.who for each in reviews})) or 'nobody'}."


def _unlike(key: str, value: str | None, pattern: re.Pattern[str], kind: str, remedy: str) -> list[Problem]:
    wrong = value is not None and not pattern.fullmatch(value)
    return [_problem(key, f"'{value}' is no {kind}", remedy)] if wrong else []


def _unknown(number: int) -> ConfigError:
    remedy = f"Open it with 'slipway sandbox pull-request {number} --author LOGIN --branch B --commit SHA'."
    return _wrong("N", f"there is no pull request {number}", remedy)


def _problem(key: str, problem: str, remedy: str) -> Problem:
    return Problem("command line", key, problem, remedy)


def _wrong(key: str, problem: str, remedy: str) -> ConfigError:
    return ConfigError(_problem(key, problem, remedy))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise ConfigError(*problems)
