"""The triggers of the default catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import setting, triggers
from pipelines.setting import Setting
from pipelines.trigger import Trigger

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def ours() -> Setting:
    """What the project's own files say."""
    return setting.load(ROOT)


@pytest.fixture(scope="session")
def found(ours: Setting) -> dict[str, Trigger]:
    """All triggers by name."""
    return triggers.triggers(ours)
