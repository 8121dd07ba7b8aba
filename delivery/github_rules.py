"""Which reviews count and how checks combine: pure functions of what GitHub says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from delivery.github import Checks, PullRequest, Review

Outcome = Literal["passed", "failed", "pending"]

DECISIVE = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
"""A comment leaves an earlier decision as it is, and so does a review that is not submitted yet."""

CONCLUSIONS: Mapping[str, Outcome] = {"success": "passed", "neutral": "passed", "skipped": "passed"}
"""Of a check run that is completed. Every other one has failed, those that GitHub may invent tomorrow too.
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

STATES: Mapping[str, Outcome] = {"success": "passed", "pending": "pending"}
"""Of a commit status; `failure`, `error` and what is unknown have failed."""

WORST_FIRST: tuple[Outcome, ...] = ("failed", "pending", "passed")


@dataclass(frozen=True)
class Report:
    """One check run or commit status. `order` grows with time among those of one `source`, the app that reported it."""

    source: str
    name: str
    order: int
    outcome: Outcome


def counting(pull_request: PullRequest, reviews: Iterable[Review]) -> list[Review]:
    """The approvals that count, of reviews in the order in which they were submitted.

    Each person's latest decision stands. It counts if it is an approval of the present head by somebody other than the
    author; what was approved before the last push is not what would be merged.
    """
    latest: dict[str, Review] = {}
    for review in reviews:
        if review.state in DECISIVE:
            latest[person(review.who)] = review
    return [
        review
        for who, review in latest.items()
        if review.state == "APPROVED" and review.commit == pull_request.commit and who != person(pull_request.author)
    ]


def combined(reports: Iterable[Report]) -> Checks:
    """The latest report of each name counts; where sources share a name, the worst of theirs."""
    latest: dict[tuple[str, str], Report] = {}
    for report in sorted(reports, key=lambda each: each.order):
        latest[report.source, report.name] = report
    outcomes: dict[str, set[Outcome]] = {}
    for report in latest.values():
        outcomes.setdefault(report.name, set()).add(report.outcome)
    worst = {name: min(found, key=WORST_FIRST.index) for name, found in outcomes.items()}
    passed, failed, pending = (
        tuple(sorted(name for name, outcome in worst.items() if outcome == wanted))
        for wanted in ("passed", "failed", "pending")
    )
    return Checks(passed, failed, pending)


def of_check_run(status: str, conclusion: str | None) -> Outcome:
    """A check run's outcome; it has a conclusion once it is completed."""
    return CONCLUSIONS.get(conclusion or "", "failed") if status == "completed" else "pending"


def of_status(state: str) -> Outcome:
    """A commit status's outcome."""
    return STATES.get(state, "failed")


def first(pull_requests: Iterable[PullRequest]) -> PullRequest | None:
    """The open one, else the newest; None where there is none."""
    return max(pull_requests, key=lambda each: (each.state == "open", each.number), default=None)


def person(login: str) -> str:
    """A login as GitHub compares them: in any case."""
    return login.casefold()
