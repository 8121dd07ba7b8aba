"""`pr follow`: a pull request's preview comes after what GitHub says of it, whoever asks and how often."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from delivery import preview, preview_follow, progress
from delivery.builds_records import queued
from delivery.desk import Desk
from delivery.engines import quiet
from delivery.errors import Failed
from delivery.preview import Request
from delivery.preview_follow import TRIGGER
from pipelines import previewing, triggers
from sandbox.clouds.faults import Effect, Fault
from tests.github import faults
from tests.github.server import Server
from tests.github.state import Repository
from tests.lifecycle.commands import CODE, PROGRAM, Site
from tests.moves import test_preview_github
from tests.moves.test_preview_life import ONE, TWO, opened, pull_request

server, github, desk = test_preview_github.server, test_preview_github.github, test_preview_github.desk
"""The fixtures of previews on a server that answers as GitHub does."""


def follow(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = site("pr", "follow", "42", "--json").json
    return found


def started(site: Site) -> list[tuple[str, str, dict[str, str]]]:
    return [(each.trigger, each.commit, each.substitutions) for each in queued(site.folder / ".sandbox")]


@pytest.mark.journey
def test_a_push_starts_a_build_of_the_head(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--built")
    pull_request(released, "--commit", TWO)
    before = released.inventory()
    said = released("pr", "follow", "42").out
    assert said == (
        f"preview pr-42 is to show {TWO[:12]} instead of {ONE[:12]}: a build of preview-push is started\n"
        "  sandbox://builds/1\n"
    )
    assert started(released) == [("preview-push", TWO, {"_PR_NUMBER": "42"})]
    # Nobody remembers that it was told already.
    assert follow(released) == {
        "number": 42,
        "did": "started",
        "said": said.splitlines()[0],
        "url": "sandbox://builds/2",
    }
    assert released.inventory() == before
    released("pr", "open", "42", "--built")
    assert (follow(released)["did"], len(started(released))) == ("nothing", 2)


@pytest.mark.journey
def test_what_is_closed_or_merged_loses_its_preview(released: Site) -> None:
    before = released.inventory()
    for number, how in ((42, "--close"), (43, "--merge")):
        opened(released, f"branch-{number}", number)
        released("pr", "open", str(number))
        pull_request(released, how, number=number)
        state = {"--close": "closed", "--merge": "merged"}[how]
        told = released("pr", "follow", str(number))
        assert told.out == f"pull request {number} is {state}: preview pr-{number} is closed\n"
        assert f"Closing the preview of pull request {number}, which is {state}" in told.err
        assert released.inventory() == before
        again = released("pr", "follow", str(number), "--json").json
        assert again == {
            "number": number,
            "did": "nothing",
            "said": f"pull request {number} is {state} and has no preview: nothing to do",
            "url": "",
        }
    assert started(released) == []


def test_a_close_that_fails_is_finished_by_the_next(released: Site) -> None:
    before = released.inventory()
    opened(released)
    released("pr", "open", "42")
    pull_request(released, "--merge")
    released.plan_fault(Fault("gcp:pubsub/topic:Topic", "delete", Effect.FAIL, 2))
    failed = released("pr", "follow", "42", code=1)
    assert "the preview pr-42 could not be removed whole" in failed.err
    assert follow(released)["did"] == "closed"
    assert released.inventory() == before


@pytest.mark.journey
def test_nothing_is_done_where_nothing_is_to_be(released: Site) -> None:
    opened(released)
    assert follow(released)["said"] == "pull request 42 is open and has no preview: nothing to do"
    released("pr", "open", "42")
    assert follow(released)["said"] == f"preview pr-42 shows {ONE[:12]} already: nothing to do"
    released("pr", "sleep", "42")
    assert follow(released)["said"] == f"preview pr-42 shows {ONE[:12]} already: nothing to do"
    assert started(released) == []


@pytest.mark.journey
def test_a_strangers_push_waits_for_somebody_of_the_team(released: Site) -> None:
    pull_request(released, "--author", "eve", "--branch", "search", "--commit", ONE, "--fork")
    released("pr", "open", "42")
    pull_request(released, "--commit", TWO)
    said = f"{TWO[:12]} is of a fork: somebody of the team comments /gcbrun to have it built"
    assert follow(released) == {"number": 42, "did": "nothing", "said": said, "url": ""}

    # One of the team's branches that somebody has opened as a stranger's stays one.
    opened(released, "other", 43)
    released("pr", "open", "43", "--fork")
    pull_request(released, "--commit", TWO, number=43)
    assert released("pr", "follow", "43", "--json").json["did"] == "nothing"

    # What somebody of the team has looked at is what was there then.
    pull_request(released, "--author", "eve", "--branch", "third", "--commit", ONE, "--fork", number=44)
    released("pr", "open", "44", "--no-fork")
    pull_request(released, "--commit", TWO, number=44)
    assert released("pr", "follow", "44", "--json").json["did"] == "nothing"
    assert started(released) == []


def test_a_preview_that_never_came_up_is_built_anew(released: Site) -> None:
    opened(released)
    released.plan_fault(Fault("gcp:pubsub/topic:Topic", "create", Effect.FAIL))
    released("pr", "open", "42", code=1)
    (released.config / "Pulumi.pr-42.yaml").unlink()
    pull_request(released, "--commit", TWO)
    assert follow(released)["said"] == f"preview pr-42 is to show {TWO[:12]} for the first time: a build of preview-push is started"  # fmt: skip


@pytest.mark.journey
def test_what_github_does_not_say_is_not_done(released: Site) -> None:
    opened(released)
    released("pr", "open", "42")
    before = released.inventory()
    unknown = released("pr", "follow", "7", code=1)
    assert f"the sandbox's GitHub has no pull request 7 of {CODE}" in unknown.err
    shared = released.config / "Pulumi.shared.yaml"
    text = shared.read_text()
    shared.write_text(text.replace(f"  slipway:applicationRepository: {CODE}\n", ""))
    nowhere = released("pr", "follow", "42", code=1)
    assert "it is not known which repository the pull request is of" in nowhere.err
    assert released.inventory() == before
    assert "greater than or equal to 1" in released("pr", "follow", "0", code=2).err


@pytest.mark.journey
def test_over_http_too(desk: Desk, github: Repository, server: Server, released: Site) -> None:
    github.open("ann", "search", ONE, number=42)
    preview.open_preview(desk, Request(42, built=True), quiet, lambda _: None)
    github.push("search", TWO, "ann")
    server.requests.clear()
    assert preview_follow.follow(desk, 42, progress.shown).did == "started"
    assert [(seen.method, seen.path) for seen in server.requests] == [("GET", f"/repos/{CODE}/pulls/42")]
    assert started(released) == [("preview-push", TWO, {"_PR_NUMBER": "42"})]

    before = released.inventory()
    server.fail(faults.forbidden(times=1000))
    with pytest.raises(Failed, match="GitHub refuses pull request 42"):
        preview_follow.follow(desk, 42, progress.shown)
    assert released.inventory() == before


@pytest.mark.journey
def test_the_build_that_follows_starts_that_trigger_and_no_other(released: Site) -> None:
    """It holds a role that starts builds, and may use the account of one trigger."""
    opened(released)
    released("pr", "open", "42", "--built")
    pull_request(released, "--commit", TWO)
    account = "build-preview-follow@ampersand-prod.iam.gserviceaccount.com"
    build = replace(released, environment={**released.environment, "SLIPWAY_ACTOR": account})
    for other in ("main", "rollback-prod", "preview"):
        refused = build("pipeline", "start", other, "--commit", TWO, code=1)
        assert f"{account} may not start {other}: it has no roles/iam.serviceAccountUser on" in refused.err
    assert started(released) == []
    assert follow(build)["did"] == "started"
    assert started(released) == [("preview-push", TWO, {"_PR_NUMBER": "42"})]

    role = "projects/ampersand-prod/roles/slipwayBuildStarter"
    with released.world.transaction() as tx:
        (grant,) = [each for each in tx.list("gcp") if each.inputs.get("role") == role]
        assert grant.inputs["member"] == f"serviceAccount:{account}"
        tx.delete("gcp", grant.type, grant.id)
    refused = build("pr", "follow", "42", code=1)
    assert f"{account} may not start preview-push: it has no {role} on projects/ampersand-prod" in refused.err


def test_the_trigger_is_one_of_the_pipelines() -> None:
    assert TRIGGER == previewing.AGAIN
    assert list(triggers.all_of(PROGRAM)[TRIGGER].parameters) == [preview_follow.NUMBER]
