"""A copy of the repository's own YAML that a test may edit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config folder."""
    for path in [*ROOT.glob("Pulumi*.yaml"), ROOT / "services.yaml"]:
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
def edit(config: Path) -> Edit:
    """Replaces a text that must stand in a file exactly once."""

    def replace(file: str, old: str, new: str) -> Path:
        text = (config / file).read_text()
        assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {file}"
        (config / file).write_text(text.replace(old, new))
        return config

    return replace
