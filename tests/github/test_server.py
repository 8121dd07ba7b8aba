"""The server answers as the REST API documents, so that what passes here would pass there."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import requests

from tests.github import faults
from tests.github.server import ROUTES, Server
from tests.github.state import Repository

ONE, TWO = "1" * 40, "2" * 40
PULLS = "/repos/acme/platform/pulls"


def ask(server: Server, path: str, method: str = "GET", token: str | None = "", **body: Any) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token or server.token}"}
    return requests.request(method, server.url + path, headers=headers, json=body or None, timeout=10)


def test_every_endpoint_names_the_page_that_documents_it() -> None:
    documented = [inspect.getdoc(endpoint) or "" for endpoint in ROUTES.values()]
    assert [text for text in documented if "https://docs.github.com/en/" not in text] == []


def test_who_is_not_known_learns_nothing(server: Server, repository: Repository) -> None:
    assert [ask(server, PULLS, token=token).status_code for token in (None, "wrong", "")] == [401, 401, 200]
    assert ask(server, PULLS, token=None).json()["message"] == "Requires authentication"
    assert ask(server, PULLS, token="wrong").json()["message"] == "Bad credentials"


@pytest.mark.parametrize(
    "path", ["/repos/acme/other/pulls", f"{PULLS}/7", f"{PULLS}/x", "/nowhere", "/orgs/a/teams/b/members"]
)
def test_what_is_not_there(server: Server, repository: Repository, path: str) -> None:
    answer = ask(server, path)
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


def test_pages_are_linked(server: Server, repository: Repository) -> None:
    for number in range(1, 66):
        repository.open("ann", f"branch-{number}", f"{number:040x}")
    first = ask(server, f"{PULLS}?state=open&direction=asc")
    second = ask(server, f"{PULLS}?state=open&direction=asc&page=2")
    third = requests.get(second.links["next"]["url"], headers={"Authorization": f"token {server.token}"}, timeout=10)
    assert [each["number"] for each in first.json() + second.json() + third.json()] == list(range(1, 66))
    assert (set(first.links), set(second.links)) == ({"next", "last"}, {"prev", "next", "last", "first"})
    assert set(third.links) == {"prev", "first"}
    assert second.links["last"]["url"] == third.url
    assert "state=open" in third.url
    whole = ask(server, f"{PULLS}?per_page=500")
    assert (len(whole.json()), whole.links) == (65, {})
    assert [each["number"] for each in whole.json()[:2]] == [65, 64]


def test_pull_requests_are_filtered(server: Server, repository: Repository) -> None:
    repository.push("next", TWO)
    repository.open("ann", "a", ONE, number=1)
    repository.open("ann", "b", "3" * 40, base="next", number=2)
    repository.open("eve", "a", "4" * 40, head_repository="eve/platform", number=3)
    repository.close(1)

    def found(query: str) -> list[int]:
        return [each["number"] for each in ask(server, f"{PULLS}?{query}").json()]

    assert (found(""), found("state=closed"), found("state=all")) == ([3, 2], [1], [3, 2, 1])
    assert (found("state=all&head=acme:a"), found("head=eve:a"), found("base=next")) == ([1], [3], [2])


def test_a_second_pull_request_of_a_branch_is_refused(server: Server, repository: Repository) -> None:
    repository.push("a", ONE)
    wanted = {"head": "a", "base": "main", "title": "A change"}
    made, again = (ask(server, PULLS, "POST", **wanted) for _ in range(2))
    assert (made.status_code, made.json()["number"]) == (201, 1)
    assert again.status_code == 422
    assert again.json()["errors"] == [
        {"resource": "PullRequest", "code": "custom", "message": "A pull request already exists for acme:a."}
    ]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"head": "nowhere"}, "head", "invalid"),
        ({"base": "nowhere"}, "base", "invalid"),
        ({"title": ""}, "title", "missing_field"),
    ],
)
def test_a_pull_request_needs_two_branches_and_a_title(
    server: Server, repository: Repository, change: dict[str, str], field: str, code: str
) -> None:
    repository.push("a", ONE)
    refused = ask(server, PULLS, "POST", **{"head": "a", "base": "main", "title": "A change", **change})
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, field, code)


def test_a_merged_pull_request_is_closed_for_good(server: Server, repository: Repository) -> None:
    repository.open("ann", "a", ONE, number=7)
    closed = ask(server, f"{PULLS}/7", "PATCH", state="closed").json()
    opened = ask(server, f"{PULLS}/7", "PATCH", state="open").json()
    repository.merge(7, TWO)
    merged = ask(server, f"{PULLS}/7").json()
    assert [each["state"] for each in (closed, opened, merged)] == ["closed", "open", "closed"]
    assert (closed["merged_at"], merged["merged"], merged["merge_commit_sha"]) == (None, True, TWO)
    assert ask(server, f"{PULLS}/7", "PATCH", state="open").status_code == 422


def test_a_comment_that_is_too_long_is_refused(server: Server, repository: Repository) -> None:
    repository.open("ann", "a", ONE, number=7)
    path = "/repos/acme/platform/issues/7/comments"
    assert ask(server, path, "POST", body="x" * 65_536).status_code == 201
    refused = ask(server, path, "POST", body="x" * 65_537)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"] == "Body is too long (maximum is 65536 characters)"


def test_a_comment_is_edited_and_deleted(server: Server, repository: Repository) -> None:
    repository.open("ann", "a", ONE, number=7)
    made = repository.comment(7, "ann", "one")
    path = f"/repos/acme/platform/issues/comments/{made.id}"
    edited = ask(server, path, "PATCH", body="two")
    gone = [ask(server, path, "DELETE").status_code for _ in range(2)]
    assert (edited.json()["body"], edited.json()["user"]["login"], gone) == ("two", "ann", [204, 404])


def test_a_deployment_waits_for_statuses_unless_told_otherwise(server: Server, repository: Repository) -> None:
    path = "/repos/acme/platform/deployments"
    repository.status(ONE, "soak", "pending")
    refused = ask(server, path, "POST", ref=ONE, environment="dev")
    made = ask(server, path, "POST", ref=ONE, environment="dev", required_contexts=[])
    assert (refused.status_code, made.status_code, made.json()["sha"]) == (409, 201, ONE)
    statuses = f"{path}/{made.json()['id']}/statuses"
    assert ask(server, statuses, "POST", state="done").status_code == 422
    assert ask(server, statuses, "POST", state="success", description="x" * 141).status_code == 422
    assert ask(server, statuses, "POST", state="success").status_code == 201
    assert [each["state"] for each in ask(server, statuses).json()] == ["success"]


def test_statuses_are_combined(server: Server, repository: Repository) -> None:
    path = f"/repos/acme/platform/commits/{ONE}/status"
    repository.push("a", ONE)
    states = [ask(server, path).json()["state"]]
    for state in ("success", "failure", "success"):
        repository.status(ONE, "lint", state)
        states.append(ask(server, path).json()["state"])
    repository.status(ONE, "soak", "pending")
    whole = ask(server, "/repos/acme/platform/commits/a/status").json()
    assert states == ["pending", "success", "failure", "success"]
    assert (whole["state"], whole["sha"], whole["total_count"]) == ("pending", ONE, 2)


def test_an_app_has_no_user(server: Server) -> None:
    server.accept("ghs_app", "slipway[bot]")
    assert ask(server, "/user").json()["login"] == "slipway-ci"
    assert ask(server, "/user", token="ghs_app").status_code == 403
    query = {"query": "query { viewer { login } }"}
    assert ask(server, "/graphql", "POST", "ghs_app", **query).json() == {"data": {"viewer": {"login": "slipway[bot]"}}}


def test_no_json(server: Server, repository: Repository) -> None:
    headers = {"Authorization": f"Bearer {server.token}"}
    answer = requests.post(server.url + PULLS, headers=headers, data="{", timeout=10)
    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


def test_faults_strike_in_order_what_they_match_and_are_over(server: Server, repository: Repository) -> None:
    server.fail(faults.broken(method="POST"), faults.broken(503, path="/pulls$"), faults.secondary(9, status=429))
    answers = [ask(server, path) for path in (PULLS, f"{PULLS}/7", f"{PULLS}/7")]
    assert [each.status_code for each in answers] == [503, 429, 404]
    assert answers[1].headers["Retry-After"] == "9"
    assert ask(server, PULLS, "POST", title="x").status_code == 502


def test_a_lost_answer_is_of_something_done_and_a_dropped_request_of_nothing(
    server: Server, repository: Repository
) -> None:
    repository.open("ann", "a", ONE, number=7)
    for fault, body in ((faults.dropped(), "one"), (faults.lost(), "two")):
        server.fail(fault)
        with pytest.raises(requests.ConnectionError):
            ask(server, "/repos/acme/platform/issues/7/comments", "POST", body=body)
    assert [each.body for each in repository.pull_requests[7].comments] == ["two"]
    assert [seen.body for seen in server.requests] == [{"body": "one"}, {"body": "two"}]
