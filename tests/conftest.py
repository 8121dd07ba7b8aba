"""One sandbox is brought up for all journeys; each gets a copy of it, empty, as it is or with a release in dev."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lifecycle.commands import IMAGES, PROGRAM, Commands, Site
from tests.moves import small

BESIDE = ("test_services", "test_preview", "test_interrupted", "test_faults")
"""Files of `moves` that go with `lifecycle`, for both to take as long."""

RULES = re.compile(r"  slipway:promotion:\n(?:    .*\n)+")

# Property tests draw the same examples each time, and none fails for being slow.
settings.register_profile("slipway", deadline=None, derandomize=True)
settings.load_profile("slipway")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Four groups of journeys of like length, one for each worker: what comes up for one of them stays for the others.

    Before xdist looks for groups.
    """
    for item in items:
        stem = item.path.stem
        if "lifecycle" in item.path.parts or stem in BESIDE:
            item.add_marker(pytest.mark.xdist_group("lifecycle" if stem < "test_g" else "lifecycle, from g on"))
        elif {"moves", "faults"} & set(item.path.parts):
            item.add_marker(pytest.mark.xdist_group("moves" if stem < "test_preview_g" else "moves, from preview on"))


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """The process that forks commands."""
    started = Commands()
    yield started
    started.close()


@pytest.fixture(scope="session")
def empty_site(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A config without any sandbox yet."""
    return _config(commands, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def pushed_site(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """shared is up, and its registry holds a first build of all images."""
    return _pushed(empty_site, tmp_path_factory.mktemp("pushed"), IMAGES)


@pytest.fixture(scope="session")
def up_site(pushed_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """shared, dev, staging and prod are up, nothing is released."""
    return _up(pushed_site, tmp_path_factory.mktemp("up"))


@pytest.fixture(scope="session")
def released_site(up_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A first release of all images runs in dev."""
    return _released(up_site, tmp_path_factory.mktemp("released"), IMAGES)


@pytest.fixture(scope="session")
def everywhere_site(released_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The release runs in all environments, and in a preview. For those who only look."""
    site = released_site.copy(tmp_path_factory.mktemp("everywhere") / "site")
    site("promote", "staging")
    site("promote", "prod")
    site("pr", "open", "42", "--branch", "search")
    return site


@pytest.fixture(scope="session")
def ready_site(released_site: Site, pushed_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The registry with all images, and a dev that is pinned but not there yet."""
    return _ready(released_site, pushed_site, tmp_path_factory.mktemp("ready"))


@pytest.fixture(scope="session")
def small_empty_site(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """As `empty_site`, with the small catalogue; and so on."""
    site = _config(commands, tmp_path_factory.mktemp("site"))
    small.shrink(site.config)
    return site


@pytest.fixture(scope="session")
def small_pushed_site(small_empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return _pushed(small_empty_site, tmp_path_factory.mktemp("pushed"), small.IMAGES)


@pytest.fixture(scope="session")
def small_up_site(small_pushed_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return _up(small_pushed_site, tmp_path_factory.mktemp("up"))


@pytest.fixture(scope="session")
def small_released_site(small_up_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return _released(small_up_site, tmp_path_factory.mktemp("released"), small.IMAGES)


@pytest.fixture(scope="session")
def small_everywhere_site(small_released_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The release runs in all environments."""
    site = small_released_site.copy(tmp_path_factory.mktemp("everywhere") / "site")
    site("promote", "staging")
    site("promote", "prod")
    return site


@pytest.fixture(scope="session")
def small_ready_site(
    small_released_site: Site, small_pushed_site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    return _ready(small_released_site, small_pushed_site, tmp_path_factory.mktemp("ready"))


def _config(commands: Commands, folder: Path) -> Site:
    site = Site(commands, folder)
    site.config.mkdir()
    for pattern in ("Pulumi.*.yaml", "services.yaml", "policies.yaml"):
        for path in PROGRAM.glob(pattern):
            shutil.copy(path, site.config)
    # The rules over time and people have tests of their own.
    prod = site.config / "Pulumi.prod.yaml"
    prod.write_text(RULES.sub("  slipway:promotion: {from: staging}\n", prod.read_text(), count=1))
    return site


def _pushed(empty: Site, folder: Path, images: Iterable[str]) -> Site:
    site = empty.copy(folder / "site")
    site("up", "shared")
    site.push(dict.fromkeys(images, 1))
    return site


def _up(pushed: Site, folder: Path) -> Site:
    # Staging and prod run what the shared stack's attestor has signed, which must be there first.
    site = pushed.copy(folder / "site")
    running = [site.start("up", stack) for stack in ("dev", "staging", "prod")]
    for each in running:
        result = each.wait()
        assert result.code == 0, result.err
    return site


def _released(up: Site, folder: Path, images: Iterable[str]) -> Site:
    site = up.copy(folder / "site")
    site("deploy", "dev", site.record(dict.fromkeys(images, 1), migration="expand"))
    return site


def _ready(released: Site, pushed: Site, folder: Path) -> Site:
    site = pushed.copy(folder / "site")
    (site.config / "Pulumi.dev.yaml").write_text(released.yaml("dev"))
    return site


@pytest.fixture
def empty(empty_site: Site, tmp_path: Path) -> Site:
    """A copy of `empty_site`."""
    return empty_site.copy(tmp_path / "site")


@pytest.fixture
def pushed(pushed_site: Site, tmp_path: Path) -> Site:
    """A copy of `pushed_site`."""
    return pushed_site.copy(tmp_path / "site")


@pytest.fixture
def up(up_site: Site, tmp_path: Path) -> Site:
    """A copy of `up_site`."""
    return up_site.copy(tmp_path / "site")


@pytest.fixture
def released(released_site: Site, tmp_path: Path) -> Site:
    """A copy of `released_site`."""
    return released_site.copy(tmp_path / "site")
