"""An example's own folder as the program, a copy of its files as the config, and a sandbox of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lifecycle.commands import PROGRAM, Commands, Running, Site

EXAMPLES = PROGRAM / "examples"
NAMES = ("argus", "credreg", "imagen")


@dataclass(frozen=True)
class Example(Site):
    """Commands are typed in the example's folder."""

    name: str = ""

    def start(self, *arguments: str) -> Running:
        """Begin `slipway ...` and return at once."""
        said = {
            "SLIPWAY_CONFIG_DIR": str(self.config),
            "SLIPWAY_SANDBOX": str(self.folder / ".sandbox"),
            "SLIPWAY_ACTOR": "ann@example.com",
        }
        return self.commands.start(list(arguments), EXAMPLES / self.name, {**said, **self.environment})


@pytest.fixture
def example(commands: Commands, tmp_path: Path) -> Callable[[str], Example]:
    """Opens an example by its name."""

    def opened(name: str) -> Example:
        site = Example(commands, tmp_path / name, name=name)
        shutil.copytree(
            EXAMPLES / name, site.config, ignore=shutil.ignore_patterns("__pycache__", ".sandbox", "releases")
        )
        return site

    return opened
