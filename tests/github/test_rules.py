"""Which reviews count and how checks combine, whatever people and builds have said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.github import Checks, PullRequest, Review, ReviewState
from delivery.github_rules import Outcome, Report, combined, counting, first, of_check_run, of_status

HEAD, OLD = "1" * 40, "2" * 40
START = datetime(2026, 11, 21, tzinfo=UTC)


def pull_request(number: int = 7, **changes: object) -> PullRequest:
    given = {"author": "ann", "branch": "a", "commit": HEAD, "base": "main", "state": "open", **changes}
    return PullRequest(number, "A change", from_fork=False, labels=(), url="", **given)  # type: ignore[arg-type]


PEOPLE = st.sampled_from(["ann", "bob", "Bob", "carol"])
SAID = st.lists(st.tuples(PEOPLE, st.sampled_from(get_args(ReviewState)), st.sampled_from([HEAD, OLD])), max_size=12)


def reviews(said: list[tuple[str, ReviewState, str]]) -> list[Review]:
    return [Review(who, state, commit, START + timedelta(hours=at)) for at, (who, state, commit) in enumerate(said)]


@given(SAID)
def test_somebody_counts_if_and_only_if_their_last_decision_approves_the_head(
    said: list[tuple[str, ReviewState, str]],
) -> None:
    expected = set()
    for person in ("bob", "carol"):
        decisions = [
            (state, commit)
            for who, state, commit in said
            if who.lower() == person and state not in ("COMMENTED", "PENDING")
        ]
        if decisions and decisions[-1] == ("APPROVED", HEAD):
            expected.add(person)
    found = counting(pull_request(), reviews(said))
    assert sorted(each.who.lower() for each in found) == sorted(expected)


@given(SAID, st.integers(0, 12))
def test_a_comment_changes_nothing(said: list[tuple[str, ReviewState, str]], at: int) -> None:
    without = counting(pull_request(), reviews(said))
    commented = counting(pull_request(), reviews([*said[:at], ("bob", "COMMENTED", HEAD), *said[at:]]))
    assert [(each.who, each.state) for each in commented] == [(each.who, each.state) for each in without]


def test_the_author_is_the_author_in_any_case() -> None:
    assert counting(pull_request(author="Ann"), reviews([("ann", "APPROVED", HEAD)])) == []


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["app ci", "app scan", "status"]),
        st.sampled_from(["lint", "test", "build"]),
        st.sampled_from(get_args(Outcome)),
    ),
    max_size=12,
).map(lambda told: [Report(source, name, order, outcome) for order, (source, name, outcome) in enumerate(told)])


@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_in_which_reports_are_read_does_not_matter(reports: list[Report], random: object) -> None:
    shuffled = sorted(reports, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert combined(shuffled) == combined(reports)


@given(REPORTS)
def test_each_name_has_one_outcome_and_passes_only_if_all_its_sources_do(reports: list[Report]) -> None:
    found = combined(reports)
    last: dict[str, dict[str, Outcome]] = {}
    for each in reports:
        last.setdefault(each.name, {})[each.source] = each.outcome
    assert sorted((*found.passed, *found.failed, *found.pending)) == sorted(last)
    assert set(found.passed) == {name for name, told in last.items() if set(told.values()) == {"passed"}}


@given(REPORTS, st.sampled_from(["lint", "test", "other"]))
def test_a_new_failure_always_shows(reports: list[Report], name: str) -> None:
    assert name in combined([*reports, Report("app new", name, 99, "failed")]).failed


def test_of_two_sources_the_worse_shows() -> None:
    mixed = [
        Report("app ci", "lint", 1, "passed"),
        Report("status", "lint", 2, "pending"),
        Report("app ci", "test", 3, "pending"),
        Report("status", "test", 4, "failed"),
    ]
    assert combined(mixed) == Checks((), ("test",), ("lint",))


@pytest.mark.parametrize(
    ("status", "conclusion", "outcome"),
    [
        ("completed", "success", "passed"),
        ("completed", "neutral", "passed"),
        ("completed", "skipped", "passed"),
        ("completed", "failure", "failed"),
        ("completed", "cancelled", "failed"),
        ("completed", "timed_out", "failed"),
        ("completed", "action_required", "failed"),
        ("completed", "stale", "failed"),
        ("completed", "something new", "failed"),
        ("completed", None, "failed"),
        ("queued", None, "pending"),
        ("in_progress", None, "pending"),
        ("waiting", None, "pending"),
    ],
)
def test_outcome_of_a_check_run(status: str, conclusion: str | None, outcome: Outcome) -> None:
    assert of_check_run(status, conclusion) == outcome


@pytest.mark.parametrize(
    ("state", "outcome"), [("success", "passed"), ("pending", "pending"), ("failure", "failed"), ("error", "failed")]
)
def test_outcome_of_a_commit_status(state: str, outcome: Outcome) -> None:
    assert of_status(state) == outcome


def test_the_open_one_comes_first_else_the_newest() -> None:
    merged, closed, opened = (
        pull_request(number, state=state) for number, state in ((9, "merged"), (8, "closed"), (3, "open"))
    )
    assert (first([]), first([closed, merged]), first([merged, opened, closed])) == (None, merged, opened)
