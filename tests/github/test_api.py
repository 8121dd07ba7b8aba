"""What only the real client has to cope with: pages, people without access, accounts that are gone, two at once."""

from __future__ import annotations

import threading

import pytest

from delivery import sarif_packing
from delivery.errors import Failed
from delivery.github import Checks
from tests.github import faults
from tests.github.conftest import REPOSITORY, Client, client_of
from tests.github.server import LOGIN, Server
from tests.github.state import Repository

ONE, TWO, SQUASHED = "1" * 40, "2" * 40, "5" * 40


def test_every_list_is_read_to_its_end(server: Server, repository: Repository, client: Client) -> None:
    people = [f"person{number}" for number in range(210)]
    repository.open("ann", "a", ONE, number=7)
    for number, who in enumerate(people):
        repository.open(who, f"branch-{number}", f"{number:040x}")
        repository.review(7, who)
        repository.check_run(ONE, f"run-{number:03}")
        repository.status(ONE, f"status-{number:03}")
    server.team("acme", "all", *people)
    assert len(client.github.open_pull_requests()) == 211
    assert [each.who for each in client.github.approvals(7)] == people
    assert client.github.members("all") == set(people)
    checks = client.github.checks(ONE)
    assert (len(checks.passed), checks.passed[-1]) == (420, "status-209")
    pages = [seen.query.get("page", "1") for seen in server.requests if seen.path.endswith("/members")]
    assert pages == ["1", "2", "3"]


def test_an_approval_of_somebody_without_write_access_does_not_count(repository: Repository, client: Client) -> None:
    repository.open("ann", "a", ONE, number=7)
    for who, role in (("bob", "maintain"), ("carol", "read"), ("dave", "triage"), ("erin", "admin")):
        repository.permissions[who] = role
        repository.review(7, who)
    repository.review(7, "stranger")
    del repository.permissions["stranger"]
    assert [each.who for each in client.github.approvals(7)] == ["bob", "erin"]


def test_reviews_that_nobody_can_be_held_to_do_not_count(repository: Repository, client: Client) -> None:
    repository.open("ann", "a", ONE, number=7)
    repository.review(7, None)
    repository.review(7, "bob", "PENDING")
    assert client.github.approvals(7) == []


def test_accounts_and_forks_that_are_gone(repository: Repository, client: Client) -> None:
    repository.open(None, "a", ONE, number=7, head_repository=None)
    found = client.github.pull_request(7)
    assert (found.author, found.from_fork, found.branch, found.commit) == ("", True, "a", ONE)


def test_a_commit_of_an_address_without_account_has_no_author(repository: Repository, client: Client) -> None:
    repository.push("a", ONE)
    assert client.github.author(ONE) is None
    with pytest.raises(Failed, match=f"commit {TWO} of acme/platform: No commit found for SHA: {TWO}"):
        client.github.author(TWO)


def test_a_squashed_commit_leads_to_its_pull_request(repository: Repository, client: Client) -> None:
    repository.open("ann", "a", ONE, number=7)
    repository.merge(7, SQUASHED)
    [found] = client.github.pull_requests_of(SQUASHED)
    assert (found.number, found.state, found.commit) == (7, "merged", ONE)


def test_check_runs_and_statuses_count_together(repository: Repository, client: Client) -> None:
    repository.check_run(ONE, "lint", "failure")
    repository.check_run(ONE, "lint", "success")
    repository.check_run(ONE, "scan", "neutral", app="scanner")
    repository.check_run(ONE, "build", status="queued")
    repository.status(ONE, "deploy", "failure")
    repository.status(ONE, "deploy", "success")
    repository.status(ONE, "scan", "error")
    repository.status(ONE, "soak", "pending")
    assert client.github.checks(ONE) == Checks(("deploy", "lint"), ("scan",), ("build", "soak"))


def test_two_that_comment_at_once_leave_one_comment(server: Server, repository: Repository) -> None:
    repository.open("ann", "a", ONE, number=7)
    clients = [client_of(server.environment) for _ in range(4)]
    barrier = threading.Barrier(4)

    def comment(client: Client) -> None:
        barrier.wait()
        client.github.comment(7, "plan-dev", "the plan")

    threads = [threading.Thread(target=comment, args=(each,)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [left] = repository.pull_requests[7].comments
    assert (left.user, left.body) == (LOGIN, "<!-- slipway: plan-dev -->\nthe plan")


def test_of_two_comments_the_older_stays(repository: Repository, client: Client) -> None:
    repository.open("ann", "a", ONE, number=7)
    older = repository.comment(7, LOGIN, "<!-- slipway: plan-dev -->\none")
    repository.comment(7, LOGIN, "<!-- slipway: plan-dev -->\ntwo")
    url = client.github.comment(7, "plan-dev", "three")
    assert url.endswith(f"#issuecomment-{older.id}")
    assert [each.id for each in repository.pull_requests[7].comments] == [older.id]
    assert older.body.endswith("three")


def test_what_is_so_already_is_not_written_again(server: Server, repository: Repository, client: Client) -> None:
    repository.open("ann", "a", ONE, number=7)
    repository.push("b", TWO)
    for _ in range(2):
        client.github.comment(7, "plan-dev", "the plan")
        client.github.open_pull_request("b", "main", "Promote", "why")
    writes = [(seen.method, seen.path) for seen in server.requests if seen.method not in ("GET",)]
    assert writes == [
        ("POST", f"/repos/{REPOSITORY}/issues/7/comments"),
        ("POST", "/graphql"),
        ("POST", f"/repos/{REPOSITORY}/pulls"),
    ]


def test_a_pull_request_that_somebody_else_opens_meanwhile_is_taken(
    server: Server, repository: Repository, client: Client
) -> None:
    repository.open("ann", "a", ONE, number=7, title="Hers")
    # The first look finds nothing, as it would have a moment earlier.
    server.fail(faults.Fault("answer", status=200, body=[], method="GET", path="/pulls$"))
    found = client.github.open_pull_request("a", "main", "Promote", "")
    assert (found.number, found.title, found.author) == (7, "Promote", "ann")
    assert len(repository.pull_requests) == 1


def test_a_branch_without_anything_new_is_told_as_such(repository: Repository, client: Client) -> None:
    repository.push("a", repository.MAIN)
    with pytest.raises(Failed, match="from a to main in acme/platform: .*No commits between main and a"):
        client.github.open_pull_request("a", "main", "Promote", "")


def test_a_deployment_does_not_wait_for_checks_of_github(repository: Repository, client: Client) -> None:
    repository.status(ONE, "soak", "pending")
    assert client.github.deployment(ONE, "dev") == repository.deployments[0].id


def test_who_asks_is_said_with_each_request(
    server: Server, repository: Repository, client: Client, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", netrc)
    repository.open("ann", "a", ONE, number=7)
    client.github.pull_request(7)
    [seen] = server.requests
    assert seen.headers["authorization"] == f"Bearer {server.token}"
    assert seen.headers["user-agent"] == "slipway"
    assert seen.headers["x-github-api-version"] == "2022-11-28"


def test_findings_that_github_would_not_take_are_not_sent(
    server: Server, repository: Repository, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif_packing, "LARGEST", 30)
    with pytest.raises(Failed, match="GitHub takes 0"):
        client.github.upload_sarif(ONE, "refs/heads/main", '{"version": "2.1.0", "runs": []}')
    assert (server.requests, repository.analyses) == ([], [])


def test_a_token_that_may_not_write_findings_is_told_what_it_lacks(
    server: Server, repository: Repository, client: Client
) -> None:
    server.fail(faults.forbidden("security_events=write"))
    with pytest.raises(Failed, match=f"refuses findings in commit {ONE} of acme/platform") as caught:
        client.github.upload_sarif(ONE, "refs/heads/main", '{"version": "2.1.0", "runs": []}')
    assert caught.value.remedy == "Give the token the permission security_events=write."
