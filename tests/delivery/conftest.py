"""A platform repository with two clones, made once and copied for each test."""

from pathlib import Path

import pytest

from tests.delivery import clones
from tests.delivery.clones import Clone, Hosted


@pytest.fixture(scope="session")
def hosted_once(tmp_path_factory: pytest.TempPathFactory) -> Hosted:
    """The original, which nobody changes."""
    with pytest.MonkeyPatch.context() as patch:
        clones.without_settings(patch)
        return clones.make(tmp_path_factory.mktemp("hosted"))


@pytest.fixture
def hosted(hosted_once: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hosted:
    """A copy of it."""
    clones.without_settings(monkeypatch)
    return clones.copy(hosted_once, tmp_path / "hosted")


@pytest.fixture
def ann(hosted: Hosted) -> Clone:
    """Ann's clone."""
    return Clone(hosted.folder / "ann")


@pytest.fixture
def bob(hosted: Hosted) -> Clone:
    """Bob's clone."""
    return Clone(hosted.folder / "bob")
