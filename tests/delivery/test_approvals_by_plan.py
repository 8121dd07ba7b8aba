"""A review of a merged pull request approves the plans that its comment showed, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from delivery import sandbox_github
from delivery.approvals import Approval, Approvals
from delivery.approvals_by_plan import PlanApprovals
from delivery.github_sandbox import SandboxGitHub
from delivery.plan_comment import MARKER, marker
from delivery.sandbox_github import Change

REPOSITORY, COMMIT = "acme/platform", "1" * 40
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SHOWN, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
COMMENT = f"### Title\n\n- **prod**: 1 to update; plan `{SHOWN}`\n\nrest"


@pytest.fixture
def github(tmp_path: Path) -> SandboxGitHub:
    """Pull request 7 by ann, approved by bob, with its comment, and not merged yet."""
    sandbox_github.pull_request(tmp_path, REPOSITORY, 7, Change("ann", "tune", COMMIT))
    sandbox_github.review(tmp_path, REPOSITORY, 7, "bob", "APPROVED", NOW)
    made = SandboxGitHub(tmp_path, REPOSITORY, lambda: NOW, {}.get)
    made.comment(7, MARKER, COMMENT)
    return made


def merge(folder: Path) -> None:
    sandbox_github.pull_request(folder, REPOSITORY, 7, Change(merge=True))


def test_the_plan_that_was_shown_is_approved(github: SandboxGitHub, tmp_path: Path) -> None:
    merge(tmp_path)
    read: Approvals = PlanApprovals(github, COMMIT)
    assert read.given("prod", SHOWN) == [Approval("bob", NOW, SHOWN, "review of pull request 7")]
    assert PlanApprovals(github, COMMIT).authors() == ["ann", "ann"]


@pytest.mark.parametrize(
    ("environment", "subject", "why"),
    [
        ("prod", OTHER, "has approved the plan aaaaaaaaaaaa of prod in pull request 7"),
        ("dev", SHOWN, "was shown no change of dev in pull request 7"),
    ],
)
def test_another_plan_is_not_and_it_is_said_why(
    github: SandboxGitHub, tmp_path: Path, environment: str, subject: str, why: str
) -> None:
    merge(tmp_path)
    read = PlanApprovals(github, COMMIT)
    assert (read.given(environment, subject), read.rejected(environment, subject)) == ([], [("bob", why)])
    assert read.rejected("prod", SHOWN) == []


def test_a_review_from_before_the_plan_was_shown_is_of_no_plan_that_came_later(
    github: SandboxGitHub, tmp_path: Path
) -> None:
    """A plan that is made anew on the same commit leaves the reviews as they are: GitHub calls them neither stale nor dismissed."""
    merge(tmp_path)
    later = SandboxGitHub(tmp_path, REPOSITORY, lambda: NOW + timedelta(minutes=1), {}.get)
    later.comment(7, MARKER, COMMENT.replace(SHOWN, OTHER))
    read = PlanApprovals(later, COMMIT)
    why = "has approved pull request 7 before this plan was shown there"
    assert (read.given("prod", OTHER), read.rejected("prod", OTHER)) == ([], [("bob", why)])
    sandbox_github.review(tmp_path, REPOSITORY, 7, "carol", "APPROVED", NOW + timedelta(minutes=2))
    later.comment(7, MARKER, COMMENT.replace(SHOWN, OTHER))
    assert [each.who for each in PlanApprovals(later, COMMIT).given("prod", OTHER)] == ["carol"]


def test_the_comment_of_a_stack_alone_counts_before_the_one_of_all(github: SandboxGitHub, tmp_path: Path) -> None:
    """Each stack may be planned by a build of its own: what one has written none of the others takes away."""
    github.comment(7, marker(["prod"]), COMMENT.replace(SHOWN, OTHER))
    github.comment(7, marker(["dev"]), "### Title\n\n- nothing changes in dev")
    merge(tmp_path)
    read = PlanApprovals(github, COMMIT)
    assert [each.who for each in read.given("prod", OTHER)] == ["bob"]
    assert read.given("prod", SHOWN) == []
    assert (marker([]), marker(["dev", "prod"]), marker(["eu-prod"])) == ("plan", "plan", "plan-eu_prod")


def test_nothing_counts_before_the_merge_or_of_another_commit(github: SandboxGitHub, tmp_path: Path) -> None:
    open_yet = PlanApprovals(github, COMMIT)
    assert (open_yet.given("prod", SHOWN), open_yet.rejected("prod", OTHER), open_yet.authors()) == ([], [], [])
    merge(tmp_path)
    assert PlanApprovals(github, "2" * 40).given("prod", SHOWN) == []


def test_a_comment_of_somebody_else_shows_nothing(tmp_path: Path, github: SandboxGitHub) -> None:
    merge(tmp_path)
    another = SandboxGitHub(tmp_path, REPOSITORY, lambda: NOW, {}.get, login="another[bot]")
    assert PlanApprovals(another, COMMIT).given("prod", SHOWN) == []
