"""Where builds run is what the shared stack says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from delivery import builds_http, sandbox_commands
from delivery.errors import Failed, Locked
from delivery.opening import pulumi_desk, sandbox_desk
from delivery.place import Place
from sandbox.engine import FileBackend
from tests.builds.server import TOKEN, BuildServer
from tests.lifecycle.commands import PROGRAM


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The stacks' files alone."""
    for path in PROGRAM.glob("Pulumi.*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    return Place(PROGRAM, tmp_path, tmp_path / ".sandbox")


def test_the_sandbox_keeps_its_own_until_it_is_reset(place: Place) -> None:
    desk = sandbox_desk(place, "ann@example.com")
    assert desk.builds.start("main", "7" * 40, {}) == "sandbox://builds/1"
    assert [each.id for each in sandbox_desk(place, "bob@example.com").builds.history(9)] == ["1"]
    assert sandbox_commands.reset(desk) is True
    assert desk.builds.history(9) == []


def test_nothing_is_forgotten_while_somebody_works_on_a_stack(place: Place) -> None:
    """Also on one that has no state yet: it would come to have one of what is nowhere."""
    desk = sandbox_desk(place, "ann@example.com")
    desk.builds.start("main", "7" * 40, {})
    with FileBackend(place.sandbox, "").lock("slipway", "dev"):
        with pytest.raises(Locked, match=rf"the stack is locked by .* \(pid {os.getpid()}\)"):
            sandbox_commands.reset(desk)
        assert [each.id for each in desk.builds.history(9)] == ["1"]
    assert sandbox_commands.reset(desk) is True
    assert sandbox_commands.reset(desk) is False


def test_the_real_ones_are_in_the_project_and_region_of_the_shared_stack(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(builds_http, "GoogleToken", lambda: lambda: TOKEN)
    desk = pulumi_desk(place, "ann@example.com")
    with BuildServer().running() as server:
        monkeypatch.setattr(builds_http.HttpBuilds.__init__, "__defaults__", (None, server.url))
        with pytest.raises(Failed, match="projects/ampersand-prod/locations/us-west1 has no builds"):
            desk.builds.history(1)
        assert [path for _, path, _, _ in server.calls] == ["/v1/projects/ampersand-prod/locations/us-west1/builds"]


def test_without_a_shared_stack_nobody_knows_where(place: Place) -> None:
    (place.config / "Pulumi.shared.yaml").unlink()
    for desk in (sandbox_desk(place, "ann@example.com"), pulumi_desk(place, "ann@example.com")):
        with pytest.raises(Failed, match="it is not known in which project and region builds run"):
            desk.builds.history(1)
