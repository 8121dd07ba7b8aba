"""A world that somebody else keeps: an answer in words, with exit code 5, and no fault of slipway's."""

from pathlib import Path

import pytest

from delivery import endings
from delivery.errors import ExitCode, Locked
from delivery.sandbox_world import SandboxWorld
from sandbox.clouds.world import World
from tests.sandbox.world.test_world import held


def test_a_world_that_is_held_is_somebody_elses_at_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = SandboxWorld(tmp_path / "world.sqlite", patience=0.05)
    world.advance(1)
    world.close()
    with held(World(world.path)):
        with pytest.raises(Locked, match=r"world\.sqlite is held by .* for more than 0\.05 s"):
            world.advance(1)
        with pytest.raises(SystemExit) as ended, endings.told(as_json=False):
            world.advance(1)
    assert ended.value.code == ExitCode.LOCKED
    said = " ".join(capsys.readouterr().err.split())
    assert "Wait for it to end; if it hangs, end it: what it had not finished is undone." in said
    assert "fault of slipway" not in said
    assert world.advance(0) > 0
