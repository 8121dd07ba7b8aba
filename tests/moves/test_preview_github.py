"""A preview and its pull request on a server that answers as GitHub does, asked by the real client over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from delivery import preview, preview_images, preview_sweep, sandbox_commands
from delivery.desk import Desk
from delivery.engines import quiet
from delivery.errors import ExitCode, Failed
from delivery.github_api import connect
from delivery.opening import sandbox_desk
from delivery.place import Place
from delivery.preview import Request
from delivery.preview_list import known_previews
from tests.github import faults
from tests.github.server import Server, serving
from tests.github.state import Repository
from tests.lifecycle.commands import CODE, PROGRAM, Site, digest

ONE, TWO = "7" * 40, "8" * 40


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


@pytest.fixture
def github(server: Server) -> Repository:
    return server.repository(CODE)


@pytest.fixture
def desk(released: Site, server: Server) -> Desk:
    """The sandbox's, with the real client of GitHub."""
    here = sandbox_desk(Place(PROGRAM, released.config, released.folder / ".sandbox"), "ann@example.com")
    return replace(here, github=lambda name: connect(name, {**os.environ, **server.environment}))


def opened(desk: Desk, *changed: str) -> list[str]:
    told: list[str] = []
    images = preview_images.asked_for(desk, {}, changed)
    preview.open_preview(desk, Request(42, images=images, anew=True), quiet, told.append)
    return told


def push(desk: Desk, image: str, number: int, commit: str) -> None:
    sandbox_commands.push(desk, [f"{image}@{digest(number)}"], False, False, commit=commit)


def said(github: Repository) -> str:
    [comment] = github.pull_requests[42].comments
    return comment.body


def states(github: Repository) -> list[tuple[str, bool, list[str]]]:
    return [(each.environment, each.transient, [status["state"] for status in each.statuses]) for each in github.deployments]  # fmt: skip


def advance(desk: Desk, hours: float) -> None:
    sandbox_commands.world_of(desk).advance(hours * 3600)


@pytest.mark.journey
def test_from_the_first_commit_to_the_last_trace(
    desk: Desk, github: Repository, released: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    before = released.inventory()
    github.open("ann", "fix/Login", ONE, number=42)
    push(desk, "api", 7, ONE)
    assert opened(desk, "api") == []
    assert "| branch | `fix/Login` |" in said(github)
    assert f"| commit | `{ONE}` |" in said(github)
    assert states(github) == [("pr-42", True, ["in_progress", "success"])]

    github.push("fix/Login", TWO, "ann")
    push(desk, "scribe", 8, TWO)
    opened(desk, "scribe")
    assert f"| built for it | scribe `{digest(8)[7:19]}` |" in said(github)
    assert states(github)[1:] == [("pr-42", True, ["in_progress", "success"])]

    advance(desk, 25)
    assert preview_sweep.sweep(desk, True, False) is ExitCode.DONE
    assert "| state | asleep" in said(github)
    advance(desk, 36)
    assert [each.deed for each in preview_sweep.due(desk)] == ["warn"]
    assert preview_sweep.sweep(desk, True, False) is ExitCode.DONE
    assert "> **It is closed at" in said(github)
    assert preview_sweep.due(desk) == []
    preview.wake(desk, 42, quiet)
    assert "It is closed at" not in said(github)
    assert "| state | runs |" in said(github)

    github.merge(42, "9" * 40)
    assert [(each.deed, each.subject) for each in preview_sweep.due(desk)] == [("close", "pr-42")]
    assert preview_sweep.sweep(desk, True, False) is ExitCode.DONE
    assert said(github).endswith("### Preview pr-42\n\nIt is closed, and nothing of it is left.")
    assert states(github)[-1][2][-1] == "inactive"
    assert known_previews(desk) == []
    # The images that were built stay in the registry until they are old; they are no entities of the world.
    assert released.inventory() == before
    assert "note" not in capsys.readouterr().err


@pytest.mark.journey
def test_a_fork_is_known_as_one(desk: Desk, github: Repository) -> None:
    github.open("eve", "search", ONE, number=42, head_repository="eve/server")
    opened(desk)
    [known] = known_previews(desk)
    assert known.fork is True


@pytest.mark.journey
def test_github_that_says_no_keeps_no_preview_from_running(
    desk: Desk, server: Server, github: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    github.open("ann", "search", ONE, number=42)
    server.fail(faults.forbidden(times=1000))
    # But nobody gets secrets of whom it is not known that they are no stranger.
    with pytest.raises(Failed, match="whether a stranger wrote pull request 42 is not known: "):
        preview.open_preview(desk, Request(42, "search"), quiet, print)
    assert known_previews(desk) == []
    update = preview.open_preview(desk, Request(42, "search", fork=False), quiet, print)
    assert update.ok
    assert "note: pull request 42 was not told: " in capsys.readouterr().err
    assert [each.state(desk.engine.now()) for each in known_previews(desk)] == ["awake"]
    assert github.pull_requests[42].comments == []


def test_nothing_is_swept_while_github_says_no(desk: Desk, server: Server, github: Repository, released: Site) -> None:  # fmt: skip
    """What cannot be asked is not closed."""
    github.open("ann", "search", ONE, number=42)
    opened(desk)
    whole = released.inventory()
    server.fail(faults.forbidden(times=1000))
    with pytest.raises(Exception, match="GitHub"):
        preview_sweep.sweep(desk, True, False)
    assert released.inventory() == whole
    assert Path(released.config / "Pulumi.pr-42.yaml").exists()
