"""`kill -9` anywhere in an update: the same command again ends where an undisturbed one would have."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.lifecycle import dumps
from tests.lifecycle.commands import Commands, Running, Site

SEED = 20261121


def elsewhere(site: Site) -> None:
    """Moves the cluster, which replaces it and everything in it."""
    file = site.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("location: us-west1-a", "location: us-west1-b"))


def killed(running: Running, lines: int) -> bool:
    """Kills the command once it has reported so many steps; False if it ended before."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if _text(running.err).count("\n  ") >= lines:
            running.kill()
            return running.wait().code == -9
        if _text(running.out):
            break
        time.sleep(0.001)
    return running.wait().code == -9


def _text(path: Path) -> str:
    """What has been written so far; a command that has just begun has no file yet."""
    return path.read_text() if path.exists() else ""


class Story:
    """An update with its undisturbed end, to be cut off anywhere."""

    def __init__(self, before: Site, verb: str, folder: Path) -> None:
        self.before, self.verb, self.folder, self.cut = before, verb, folder, 0
        whole = before.copy(folder / "whole")
        result = whole(verb, "dev")
        self.steps = result.err.count("\n  ")
        self.state, self.world = dumps.state(whole, "dev"), dumps.world(whole)

    def cut_after(self, lines: int) -> None:
        """Kill, run again, compare, plan."""
        site = self.before.copy(self.folder / f"cut-{lines}")
        self.cut += killed(site.start(self.verb, "dev"), lines)
        site(self.verb, "dev")
        assert dumps.differences(dumps.world(site), self.world) == [], f"killed after {lines} steps"
        assert dumps.differences(dumps.state(site, "dev"), self.state) == [], f"killed after {lines} steps"
        if self.verb == "up":
            changes = site("plan", "dev", "--json").json["changes"]
            assert {op for op, count in changes.items() if count} == {"same"}, f"killed after {lines} steps"


def stories(ready: Site, released: Site, folder: Path) -> list[Story]:
    elsewhere(released)
    return [
        Story(ready, "up", folder / "nothing"),
        Story(released, "up", folder / "replaced"),
        Story(released, "destroy", folder / "gone"),
    ]


@pytest.mark.journey
def test_killed_anywhere(small_ready_site: Site, small_released_site: Site, tmp_path: Path) -> None:
    draw = random.Random(SEED)
    released = small_released_site.copy(tmp_path / "released")
    for story in stories(small_ready_site, released, tmp_path):
        assert story.steps > 50
        # Near its end a command may be through before it is killed; in its first third there is far to go.
        for lines in (draw.randrange(1, story.steps // 3), draw.randrange(story.steps // 3, story.steps)):
            story.cut_after(lines)
        assert story.cut >= 1, f"{story.verb} was never cut off"


@pytest.mark.prove
def test_killed_everywhere(ready_site: Site, released: Site, tmp_path: Path, commands: Commands) -> None:
    draw = random.Random(SEED)
    total = 0
    for story in stories(ready_site, released, tmp_path):
        for lines in sorted(draw.sample(range(1, story.steps), min(80, story.steps - 1))):
            story.cut_after(lines)
        total += story.cut
    print(f"\nkilled in the middle of an update: {total} times, nothing lost, nothing made twice")
    assert total >= 200
