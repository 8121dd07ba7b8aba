"""A world of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.clouds.world import World

TO_FIRST_VERSION = """
DROP TRIGGER load_insert; DROP TRIGGER load_update; DROP TRIGGER load_delete; DROP TABLE load;
DROP INDEX entity_id; DROP INDEX entity_topic; DROP TABLE tag; ALTER TABLE image DROP COLUMN crash_with;
PRAGMA user_version = 1;
"""
"""What makes a world of today one of those that there were at first."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "world.sqlite")
