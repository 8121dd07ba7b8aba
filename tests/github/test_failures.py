"""GitHub is limited, broken, elsewhere or not there: waited for within bounds, nothing done twice, each end with a remedy."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from delivery.errors import Failed
from tests.github import faults
from tests.github.conftest import NOW, Client, client_of
from tests.github.faults import Fault
from tests.github.server import Server
from tests.github.state import Repository

ONE = "1" * 40
SOON, LATE = int(NOW) + 30, int(NOW) + 3600


@pytest.fixture(autouse=True)
def opened(repository: Repository) -> None:
    repository.open("ann", "a", ONE, number=7)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (faults.secondary(7), [7.0]),
        (faults.secondary(7, status=429, times=2), [7.0, 7.0]),
        (faults.secondary(), [60.0]),
        (faults.secondary(0), [0.0]),
        (faults.limited(SOON), [30.0]),
        (faults.broken(times=3), [1.0, 2.0, 4.0]),
        (faults.broken(503), [1.0]),
        (faults.broken(520), [1.0]),
        (faults.dropped(times=3), [1.0, 2.0, 4.0]),
        (faults.lost(), [1.0]),
    ],
)
def test_what_passes_is_waited_for(server: Server, client: Client, fault: Fault, waits: list[float]) -> None:
    server.fail(fault)
    assert client.github.pull_request(7).number == 7
    assert client.waits == waits


@pytest.mark.parametrize(
    ("fault", "what", "waits"),
    [
        (faults.broken(times=4), "answers 502 for pull request 7 of acme/platform, 4 times", [1.0, 2.0, 4.0]),
        (faults.dropped(times=4), "cannot be reached at http://127.0.0.1", [1.0, 2.0, 4.0]),
        (faults.limited(LATE), "limit is reached until 2027-01-15 09:00:00 UTC", []),
        (faults.secondary(900), "limit is reached until 2027-01-15 08:15:00 UTC", []),
        (faults.secondary(5, times=4), "limit is reached until 2027-01-15 08:00:05 UTC", [5.0, 5.0, 5.0]),
        (faults.forbidden("pull_requests=read"), "refuses pull request 7 of acme/platform to this token", []),
        (
            Fault("answer", status=200, headers={"Content-Type": "text/html"}, body="<html>Sign in"),
            "cannot be read",
            [],
        ),
        (Fault("answer", status=200, body={"number": 7}), "cannot be read: title: Field required", []),
        (Fault("answer", status=200, body="{"), "cannot be read: {", []),
        (Fault("answer", status=200), "cannot be read", []),
        (Fault("answer", status=418, body={"message": "teapot"}), "answers 418 .*: teapot", []),
    ],
)
def test_what_does_not_pass_ends_with_a_remedy(
    server: Server, client: Client, fault: Fault, what: str, waits: list[float]
) -> None:
    server.fail(fault)
    with pytest.raises(Failed, match=what) as caught:
        client.github.pull_request(7)
    assert caught.value.remedy
    assert client.waits == waits
    assert server.token not in f"{caught.value.what}{caught.value.remedy}{caught.value.details}"


def spoiled(**narrowed: str) -> Fault:
    """All is done, and the load balancer has no patience."""
    return faults.broken(504, after=True, **narrowed)


@pytest.mark.parametrize("fault", [faults.lost, faults.dropped, spoiled, faults.broken])
def test_what_may_have_been_done_is_looked_for_before_it_is_done_again(
    server: Server, repository: Repository, client: Client, fault: Callable[..., Fault]
) -> None:
    repository.push("b", "2" * 40)
    server.fail(*(fault(method="POST", path=f"/{what}$") for what in ("comments", "pulls", "deployments")))
    client.github.comment(7, "plan-dev", "the plan")
    client.github.open_pull_request("b", "main", "Promote", "")
    client.github.deployment(ONE, "dev")
    assert [each.body for each in repository.pull_requests[7].comments] == ["<!-- slipway: plan-dev -->\nthe plan"]
    assert [each.head for each in repository.pull_requests.values()] == ["a", "b"]
    assert [each.environment for each in repository.deployments] == ["dev"]
    assert client.waits == [1.0, 1.0, 1.0]


def test_nobody_knows_for_ever(server: Server, repository: Repository, client: Client) -> None:
    server.fail(faults.dropped(method="POST", times=4))
    with pytest.raises(Failed, match="does not say whether it made a comment on pull request 7") as caught:
        client.github.comment(7, "plan-dev", "the plan")
    assert caught.value.remedy
    assert repository.pull_requests[7].comments == []


def test_a_limit_is_no_doubt(server: Server, repository: Repository, client: Client) -> None:
    server.fail(faults.secondary(3, method="POST"))
    client.github.comment(7, "plan-dev", "the plan")
    assert client.waits == [3.0]
    assert len([seen for seen in server.requests if seen.path.endswith("comments") and seen.method == "POST"]) == 2


def test_nobody_listens(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = client_of({**server.environment, "GITHUB_API_URL": url})
        with pytest.raises(Failed, match=f"cannot be reached at {url}: .*Connection refused") as caught:
            client.github.comment(7, "plan-dev", "the plan")
    assert "HTTPS_PROXY" in caught.value.remedy
    assert client.waits == [1.0, 2.0, 4.0]


def test_a_token_that_is_not_known(server: Server) -> None:
    client = client_of({**server.environment, "GITHUB_TOKEN": "ghp_revoked"})
    with pytest.raises(Failed, match="does not accept the token: Bad credentials"):
        client.github.pull_request(7)


def test_pages_elsewhere_are_not_followed(server: Server, client: Client) -> None:
    link = {"Link": '<http://127.0.0.2:9/repos/acme/platform/pulls?page=2>; rel="next"'}
    server.fail(Fault("answer", status=200, headers=link, body=[]))
    with pytest.raises(Failed, match="cannot be read: its next page is elsewhere"):
        client.github.open_pull_requests()


def test_a_list_without_end_is_none(server: Server, client: Client) -> None:
    link = {"Link": f'<{server.url}/repos/acme/platform/pulls?page=2>; rel="next"'}
    server.fail(Fault("answer", times=200, status=200, headers=link, body=[]))
    with pytest.raises(Failed, match="more than 100 pages"):
        client.github.open_pull_requests()
    assert len(server.requests) == 100


def test_a_list_that_is_none(server: Server, client: Client) -> None:
    server.fail(Fault("answer", status=200, body={"entries": []}), Fault("answer", status=200, body={"total_count": 0}))
    with pytest.raises(Failed, match="it is no list"):
        client.github.open_pull_requests()
    with pytest.raises(Failed, match="it is no list"):
        client.github.checks(ONE)


def test_a_repository_that_was_renamed_is_read_but_not_written_to(server: Server, client: Client) -> None:
    here = {"Location": f"{server.url}/repos/acme/platform/pulls/7"}
    server.fail(Fault("answer", status=301, headers=here, path="/pulls/7$"))
    found = client.github.pull_request(7)
    server.fail(Fault("answer", status=307, headers=here, method="POST", path="/comments$"))
    with pytest.raises(Failed, match="has moved a comment on pull request 7 .* to http://127") as caught:
        client.github.comment(7, "plan-dev", "the plan")
    assert found.number == 7
    assert caught.value.remedy == "Name the repository as it is called now."
