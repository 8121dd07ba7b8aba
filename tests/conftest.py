"""One sandbox is brought up for all journeys; each gets a copy of it, empty, as it is or with a release in dev."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lifecycle.commands import IMAGES, PROGRAM, Commands, Site, digest

LONG = "lifecycle-releases"
LONG_FILES = ("test_release", "test_promotion", "test_interrupted", "test_kill", "test_faults")

RULES = re.compile(r"  slipway:promotion:\n(?:    .*\n)+")

# Property tests draw the same examples each time, and none fails for being slow.
settings.register_profile("slipway", deadline=None, derandomize=True)
settings.load_profile("slipway")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two groups of journeys, one for each worker, in each of which the sandbox comes up once."""
    for item in items:
        if {"lifecycle", "faults"} & set(item.path.parts):
            item.add_marker(pytest.mark.xdist_group(LONG if item.path.stem in LONG_FILES else "lifecycle"))


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """The process that forks commands."""
    started = Commands()
    yield started
    started.close()


@pytest.fixture(scope="session")
def empty_site(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A config without any sandbox yet."""
    folder = tmp_path_factory.mktemp("site")
    site = Site(commands, folder)
    site.config.mkdir()
    for pattern in ("Pulumi.*.yaml", "services.yaml"):
        for path in PROGRAM.glob(pattern):
            shutil.copy(path, site.config)
    # The rules over time and people have tests of their own.
    prod = site.config / "Pulumi.prod.yaml"
    prod.write_text(RULES.sub("  slipway:promotion: {from: staging}\n", prod.read_text(), count=1))
    return site


@pytest.fixture(scope="session")
def up_site(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """shared, dev, staging and prod are up, nothing is released."""
    site = empty_site.copy(tmp_path_factory.mktemp("up") / "site")
    # Staging and prod run what the shared stack's attestor has signed, which must be there first.
    site("up", "shared")
    running = [site.start("up", stack) for stack in ("dev", "staging", "prod")]
    for each in running:
        result = each.wait()
        assert result.code == 0, result.err
    return site


@pytest.fixture(scope="session")
def released_site(up_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A first release of all images runs in dev."""
    site = up_site.copy(tmp_path_factory.mktemp("released") / "site")
    release = site.release(dict.fromkeys(IMAGES, 1), migration="expand")
    site("deploy", "dev", release)
    return site


@pytest.fixture(scope="session")
def ready_site(released_site: Site, empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The registry with all images, and a dev that is pinned but not there yet."""
    site = empty_site.copy(tmp_path_factory.mktemp("ready") / "site")
    site("up", "shared")
    for image in IMAGES:
        site("sandbox", "push", f"{image}@{digest(1)}")
    (site.config / "Pulumi.dev.yaml").write_text(released_site.yaml("dev"))
    return site


@pytest.fixture
def empty(empty_site: Site, tmp_path: Path) -> Site:
    """A copy of `empty_site`."""
    return empty_site.copy(tmp_path / "site")


@pytest.fixture
def up(up_site: Site, tmp_path: Path) -> Site:
    """A copy of `up_site`."""
    return up_site.copy(tmp_path / "site")


@pytest.fixture
def released(released_site: Site, tmp_path: Path) -> Site:
    """A copy of `released_site`."""
    return released_site.copy(tmp_path / "site")
