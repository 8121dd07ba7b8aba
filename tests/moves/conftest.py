"""Here everything is typed over the small catalogue."""

from pathlib import Path

import pytest

from tests.lifecycle.commands import Site


@pytest.fixture
def empty(small_empty_site: Site, tmp_path: Path) -> Site:
    """A copy of `small_empty_site`."""
    return small_empty_site.copy(tmp_path / "site")


@pytest.fixture
def pushed(small_pushed_site: Site, tmp_path: Path) -> Site:
    """A copy of `small_pushed_site`."""
    return small_pushed_site.copy(tmp_path / "site")


@pytest.fixture
def up(small_up_site: Site, tmp_path: Path) -> Site:
    """A copy of `small_up_site`."""
    return small_up_site.copy(tmp_path / "site")


@pytest.fixture
def released(small_released_site: Site, tmp_path: Path) -> Site:
    """A copy of `small_released_site`."""
    return small_released_site.copy(tmp_path / "site")
