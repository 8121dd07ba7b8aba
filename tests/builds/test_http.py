"""The client of Cloud Build, over HTTP, against a server that answers as the API is described."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from delivery import builds_http
from delivery.builds import BuildRecord
from delivery.builds_http import HttpBuilds
from delivery.errors import Failed
from delivery.google_login import LOGIN
from tests.builds.server import DROP, LOCATION, PLACE, PROJECT, TOKEN, BuildServer

COMMIT = "7" * 40
FIRST = "00000000-0000-4000-8000-000000000001"
CONSOLE = f"https://console.cloud.google.com/cloud-build/builds;region={LOCATION}/{FIRST}?project=1"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BuildServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with BuildServer().running() as running:
        yield running


@pytest.fixture
def builds(server: BuildServer) -> HttpBuilds:
    return HttpBuilds(PROJECT, LOCATION, lambda: TOKEN, server.url)


def test_a_trigger_is_run_for_a_commit_with_what_is_given(server: BuildServer, builds: HttpBuilds) -> None:
    assert builds.start("preview-push", COMMIT, {"_PR_NUMBER": "42"}) == CONSOLE
    assert server.calls == [
        (
            "POST",
            f"{PLACE}/triggers/preview-push:run",
            {},
            {
                "projectId": PROJECT,
                "triggerId": "preview-push",
                "source": {"commitSha": COMMIT, "substitutions": {"_PR_NUMBER": "42"}},
            },
        )
    ]
    assert builds.history(5) == [BuildRecord(FIRST, "preview-push", "QUEUED", COMMIT, None, None, CONSOLE)]


def test_what_was_built_and_how_long_it_took(server: BuildServer, builds: HttpBuilds) -> None:
    times = {"startTime": "2026-01-31T12:00:00.123456789Z", "finishTime": "2026-01-31T12:03:20.623456789Z"}
    server.builds = [
        {
            "id": "b",
            "status": "WORKING",
            "startTime": "2026-01-31T13:00:00Z",
            "substitutions": {"TRIGGER_NAME": "main"},
        },
        {
            "id": "a",
            "status": "SUCCESS",
            **times,
            "substitutions": {"TRIGGER_NAME": "main", "COMMIT_SHA": COMMIT},
            "logUrl": "https://a",
        },
        {"id": "c", "status": "EXPIRED"},
    ]
    assert builds.history(9) == [
        BuildRecord("b", "main", "WORKING", "", datetime(2026, 1, 31, 13, tzinfo=UTC), None, ""),
        BuildRecord("a", "main", "SUCCESS", COMMIT, datetime(2026, 1, 31, 12, 0, 0, 123456, UTC), 200.5, "https://a"),
        BuildRecord("c", "", "EXPIRED", "", None, None, ""),
    ]


def test_as_many_pages_are_read_as_are_needed(server: BuildServer, builds: HttpBuilds) -> None:
    server.builds = [{"id": str(number)} for number in range(7)]
    server.page = 3
    assert [each.id for each in builds.history(5)] == ["0", "1", "2", "3", "4"]
    assert [query for _, _, query, _ in server.calls] == [
        {"projectId": PROJECT, "pageSize": "5"},
        {"projectId": PROJECT, "pageSize": "2", "pageToken": "3"},
    ]
    assert [each.id for each in builds.history(100)] == [str(number) for number in range(7)]
    server.calls.clear()
    assert builds.history(0) == []
    assert server.calls == []


def test_a_list_without_end_ends(server: BuildServer, builds: HttpBuilds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds_http, "MOST_PAGES", 2)
    server.script = ['{"nextPageToken": "more"}'] * 2
    with pytest.raises(Failed, match="Cloud Build's list of builds has more than 2 pages"):
        builds.history(1)


def test_what_was_cancelled_may_be_again_and_what_has_ended_not(server: BuildServer, builds: HttpBuilds) -> None:
    builds.start("preview-push", COMMIT, {})
    builds.cancel(FIRST)
    builds.cancel(FIRST)
    assert [each.status for each in builds.history(1)] == ["CANCELLED"]
    server.builds[0]["status"] = "SUCCESS"
    with pytest.raises(Failed) as ended:
        builds.cancel(FIRST)
    assert ended.value.what == f"the build {FIRST} cannot be cancelled: it is SUCCESS"
    server.builds[0]["status"] = "WORKING"
    server.script = [400]
    with pytest.raises(Failed) as refused:
        builds.cancel(FIRST)
    assert refused.value.what == f"Cloud Build refuses the build {FIRST}: as the test says"
    with pytest.raises(Failed) as unknown:
        builds.cancel("nothing")
    assert unknown.value.what == f"{PLACE[4:]} has no build nothing: Requested entity was not found."


@pytest.mark.parametrize(
    ("answers", "what", "remedy"),
    [
        ([401], "Cloud Build does not take these credentials: as the test says", LOGIN),
        ([403], "the trigger preview-push is not for these credentials: as the test says", "Whoever runs this needs "),
        ([404], f"{PLACE[4:]} has no trigger preview-push: as the test says", "Check the name. Triggers come with "),
        ([400], "Cloud Build refuses the trigger preview-push: as the test says", "Correct what it names, and "),
        ([429], "Cloud Build answers with HTTP 429 for the trigger preview-push: as the test says", "See https://"),
        ([503], "Cloud Build answers with HTTP 503 for the trigger preview-push: as the test says", "See https://"),
        ([DROP], "Cloud Build does not answer: ", "See whether this machine reaches Google, and try again."),
        (["{}"], "Cloud Build's answer for the trigger preview-push cannot be read: metadata: Field ", "See https://"),
        (["<p>"], "Cloud Build's answer for the trigger preview-push cannot be read: the whole: ", "See https://"),
    ],
)
def test_a_start_that_fails_is_told_and_sent_once(
    server: BuildServer, builds: HttpBuilds, answers: list[int | str], what: str, remedy: str
) -> None:
    server.script = answers
    with pytest.raises(Failed) as failed:
        builds.start("preview-push", COMMIT, {})
    assert failed.value.what.startswith(what)
    assert failed.value.remedy.startswith(remedy)
    assert len(server.calls) == 1


def test_a_question_is_asked_once_more(server: BuildServer, builds: HttpBuilds) -> None:
    server.script = [503]
    assert builds.history(1) == []
    server.script = [503, 503]
    with pytest.raises(Failed, match="Cloud Build answers with HTTP 503 for builds: as the test says"):
        builds.history(1)


def test_a_name_stays_one_part_of_the_address(server: BuildServer, builds: HttpBuilds) -> None:
    with pytest.raises(Failed, match="has no trigger ../../x"):
        builds.start("../../x", COMMIT, {})
    assert server.calls[0][1] == f"{PLACE}/triggers/..%2F..%2Fx:run"


def test_nothing_is_asked_of_a_machine_that_is_not_there() -> None:
    with pytest.raises(Failed, match="Cloud Build does not answer: .*refused"):
        HttpBuilds(PROJECT, LOCATION, lambda: TOKEN, "http://127.0.0.1:9").history(1)
