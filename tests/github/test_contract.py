"""What both GitHubs do alike: the real client against the server, and the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from delivery.errors import Failed
from delivery.github import Checks, PullRequest
from tests.github.server import Server
from tests.github.stages import ApiStage, SandboxStage, Stage

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40


@pytest.fixture(params=["api", "sandbox"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    if request.param == "sandbox":
        return SandboxStage(tmp_path)
    server: Server = request.getfixturevalue("server")
    return ApiStage(server, request.getfixturevalue("client"))


def test_a_pull_request_is_told_whole(stage: Stage) -> None:
    stage.open(7, "ann", "fix-login", ONE, labels=("bug", "db"))
    found = stage.github.pull_request(7)
    assert found.url.endswith("/acme/platform/pull/7")
    assert found == PullRequest(
        7, "Fix login", "ann", "fix-login", ONE, "main", "open", False, ("bug", "db"), found.url
    )
    assert stage.github.repository == "acme/platform"


def test_its_states(stage: Stage) -> None:
    for number, branch in ((1, "a"), (2, "b"), (3, "c")):
        stage.open(number, "ann", branch, str(number) * 40)
    stage.close(1)
    stage.merge(2)
    assert [stage.github.pull_request(number).state for number in (1, 2, 3)] == ["closed", "merged", "open"]
    assert [each.number for each in stage.github.open_pull_requests()] == [3]


def test_one_that_is_not_there_is_told_with_a_remedy(stage: Stage) -> None:
    with pytest.raises(Failed, match="has no pull request 7 of acme/platform") as caught:
        stage.github.pull_request(7)
    assert caught.value.remedy


def test_open_ones_come_newest_first_and_from_forks_too(stage: Stage) -> None:
    stage.open(1, "ann", "a", ONE)
    stage.open(2, "eve", "a", TWO, fork=True)
    assert [(each.number, each.from_fork) for each in stage.github.open_pull_requests()] == [(2, True), (1, False)]


def test_of_a_branch_the_open_one_comes_first_else_the_newest(stage: Stage) -> None:
    assert stage.github.pull_request_of("a") is None
    stage.open(1, "ann", "a", ONE)
    stage.close(1)
    stage.open(2, "ann", "a", TWO)
    stage.merge(2)
    newest = stage.github.pull_request_of("a")
    stage.open(3, "eve", "a", THREE, fork=True)
    of_fork = stage.github.pull_request_of("a")
    assert newest == of_fork
    assert newest
    assert newest.number == 2


def test_an_older_open_one_wins_over_a_newer_closed_one(stage: Stage) -> None:
    stage.open(2, "ann", "a", ONE)
    stage.open(1, "ann", "b", TWO)
    stage.close(2)
    stage.open(9, "ann", "a", THREE)
    stage.close(9)
    stage.open(5, "ann", "a", TWO)
    found = stage.github.pull_request_of("a")
    assert found
    assert (found.number, found.state) == (5, "open")


def test_of_a_commit_those_count_that_have_it_and_were_not_given_up(stage: Stage) -> None:
    stage.open(1, "ann", "a", ONE)
    stage.push(1, TWO)
    stage.open(2, "bob", "b", ONE)
    stage.open(3, "bob", "c", ONE)
    stage.close(2)
    stage.merge(3)
    assert sorted(each.number for each in stage.github.pull_requests_of(ONE)) == [1, 3]
    assert [each.number for each in stage.github.pull_requests_of(TWO)] == [1]


def approvers(stage: Stage, number: int = 7) -> list[str]:
    return [each.who for each in stage.github.approvals(number)]


def test_an_approval_of_the_head_counts(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.review(7, "bob")
    stage.review(7, "carol")
    (bob, _) = stage.github.approvals(7)
    assert (bob.who, bob.state, bob.commit) == ("bob", "APPROVED", ONE)
    assert approvers(stage) == ["bob", "carol"]


def test_a_push_makes_approvals_stale_until_they_are_given_again(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.review(7, "bob")
    stage.push(7, TWO)
    stale = approvers(stage)
    stage.review(7, "bob")
    assert (stale, approvers(stage)) == ([], ["bob"])


def test_the_latest_decision_of_a_person_stands(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.review(7, "bob")
    stage.review(7, "bob", "CHANGES_REQUESTED")
    blocked = approvers(stage)
    stage.review(7, "bob")
    assert (blocked, approvers(stage)) == ([], ["bob"])


def test_a_dismissed_review_does_not_count_nor_the_approval_before_it(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.review(7, "bob")
    stage.review(7, "bob", "CHANGES_REQUESTED")
    stage.dismiss(7, "bob")
    stage.review(7, "carol")
    stage.dismiss(7, "carol")
    assert approvers(stage) == []


def test_members_of_a_team(stage: Stage) -> None:
    stage.team("release-managers", "ann", "bob")
    assert stage.github.members("release-managers") == {"ann", "bob"}
    with pytest.raises(Failed, match="no team nobody of acme") as caught:
        stage.github.members("nobody")
    assert caught.value.remedy


def test_the_author_of_a_commit(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    assert stage.github.author(ONE) == "ann"


def test_checks_are_sorted_by_outcome_and_the_latest_counts(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    none_yet = stage.github.checks(ONE)
    for name, outcome in (("test", "failed"), ("lint", "passed"), ("build", "pending"), ("api", "passed")):
        stage.check(ONE, name, outcome)
    stage.check(TWO, "lint", "failed")
    before = stage.github.checks(ONE)
    stage.check(ONE, "test", "passed")
    assert none_yet == Checks()
    assert before == Checks(("api", "lint"), ("test",), ("build",))
    assert stage.github.checks(ONE) == Checks(("api", "lint", "test"), (), ("build",))


def test_a_comment_is_made_once_and_edited_in_place(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    first = stage.github.comment(7, "plan-dev", "2 to add")
    second = stage.github.comment(7, "plan-dev", "nothing changes")
    assert first == second
    assert "/pull/7#issuecomment-" in first
    assert stage.said(7) == [(stage.login, "<!-- slipway: plan-dev -->\nnothing changes")]


def test_each_marker_has_its_comment_and_that_of_somebody_else_is_left_alone(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.say(7, "eve", "<!-- slipway: plan-dev -->\nall is well, approve!")
    stage.say(7, stage.login, "not the first line:\n<!-- slipway: plan-dev -->")
    stage.github.comment(7, "plan-dev", "one")
    stage.github.comment(7, "plan-dev2", "two")
    stage.github.comment(7, "plan-dev", "three")
    assert stage.said(7) == [
        ("eve", "<!-- slipway: plan-dev -->\nall is well, approve!"),
        (stage.login, "not the first line:\n<!-- slipway: plan-dev -->"),
        (stage.login, "<!-- slipway: plan-dev -->\nthree"),
        (stage.login, "<!-- slipway: plan-dev2 -->\ntwo"),
    ]


def test_the_own_comment_is_read_back_without_its_marker_and_nobody_elses(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.say(7, "eve", "<!-- slipway: plan -->\nall is well, approve!")
    none_yet = stage.github.own_comment(7, "plan")
    stage.github.comment(7, "plan", "one\n\ntwo")
    stage.github.comment(7, "plan-dev", "three")
    assert (none_yet, stage.github.own_comment(7, "plan")) == (None, "one\n\ntwo")
    stage.github.comment(7, "plan", "four")
    assert stage.github.own_comment(7, "plan") == "four"
    with pytest.raises(Failed, match="pull request 8 of acme/platform"):
        stage.github.own_comment(8, "plan")


def test_since_when_the_own_comment_says_what_it_says(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    assert stage.github.commented_at(7, "plan") is None
    stage.github.comment(7, "plan", "one")
    first = stage.github.commented_at(7, "plan")
    stage.github.comment(7, "plan", "one")
    assert stage.github.commented_at(7, "plan") == first
    stage.github.comment(7, "plan", "two")
    second = stage.github.commented_at(7, "plan")
    assert first
    assert second
    assert second > first


def test_a_comment_is_found_behind_a_hundred_others(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.say(7, "ann", *(f"remark {count}" for count in range(170)))
    stage.github.comment(7, "plan-dev", "one")
    stage.say(7, "ann", *(f"remark {count}" for count in range(80)))
    stage.github.comment(7, "plan-dev", "two")
    said = stage.said(7)
    assert len(said) == 251
    assert said[170] == (stage.login, "<!-- slipway: plan-dev -->\ntwo")


def test_a_pull_request_is_opened_and_then_brought_up_to_date(stage: Stage) -> None:
    stage.branch("promote-prod", ONE)
    opened = stage.github.open_pull_request("promote-prod", "main", "Promote to prod", "one")
    same = stage.github.open_pull_request("promote-prod", "main", "Promote 0002 to prod", "two")
    assert (opened.number, opened.author, opened.commit, opened.state) == (same.number, stage.login, ONE, "open")
    assert (opened.title, same.title) == ("Promote to prod", "Promote 0002 to prod")
    assert stage.github.open_pull_requests() == [same]


def test_a_closed_one_is_not_opened_again(stage: Stage) -> None:
    stage.branch("promote-prod", ONE)
    first = stage.github.open_pull_request("promote-prod", "main", "Promote to prod", "")
    stage.close(first.number)
    second = stage.github.open_pull_request("promote-prod", "main", "Promote to prod", "")
    assert second.number > first.number


def test_without_the_branch_none_is_opened(stage: Stage) -> None:
    with pytest.raises(Failed):
        stage.github.open_pull_request("nowhere", "main", "Nothing", "")
    assert stage.github.open_pull_requests() == []


def test_a_deployment_is_made_once_for_a_commit_until_another_takes_its_place(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    stage.push(7, TWO)
    first = stage.github.deployment(ONE, "pr-7", transient=True)
    again = stage.github.deployment(ONE, "pr-7", transient=True)
    elsewhere = stage.github.deployment(ONE, "dev")
    newer = stage.github.deployment(TWO, "pr-7", transient=True)
    back = stage.github.deployment(ONE, "pr-7", transient=True)
    assert first == again
    assert len({first, elsewhere, newer, back}) == 4
    assert [each[:3] for each in stage.deployed()] == [
        (ONE, "pr-7", True),
        (ONE, "dev", False),
        (TWO, "pr-7", True),
        (ONE, "pr-7", True),
    ]


def test_statuses_of_a_deployment(stage: Stage) -> None:
    stage.open(7, "ann", "a", ONE)
    made = stage.github.deployment(ONE, "pr-7")
    stage.github.deployment_status(made, "in_progress")
    stage.github.deployment_status(made, "success", "https://pr-7.example.com", "x" * 200)
    [(_, _, _, statuses)] = stage.deployed()
    assert statuses == [("in_progress", "", ""), ("success", "https://pr-7.example.com", "x" * 140)]
    with pytest.raises(Failed, match="no deployment 999 of acme/platform"):
        stage.github.deployment_status(999, "success")


def test_findings_are_uploaded_and_each_upload_has_an_id_of_its_own(stage: Stage) -> None:
    def sarif(tool: str, results: int) -> str:
        found = [{"message": {"text": "a finding of ünusual spelling"}}] * results
        run = {"tool": {"driver": {"name": tool}}, "automationDetails": {"id": f"{tool.lower()}/"}, "results": found}
        return json.dumps({"version": "2.1.0", "runs": [run]})

    first = stage.github.upload_sarif(ONE, "refs/heads/main", sarif("Trivy", 2))
    second = stage.github.upload_sarif(TWO, "refs/pull/7/merge", sarif("CodeQL", 0))
    assert first != second
    assert stage.analysed() == [
        (ONE, "refs/heads/main", [("Trivy", "trivy", 2)]),
        (TWO, "refs/pull/7/merge", [("CodeQL", "codeql", 0)]),
    ]
