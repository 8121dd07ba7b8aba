"""One sandbox is brought up for all journeys, whatever worker they run on; each gets a copy of it, empty, as it is or with a release in dev."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lifecycle.commands import IMAGES, PROGRAM, Commands, Site
from tests.moves import small
from tests.sharing import folder_of_run, import_own_part, once

TESTS = Path(__file__).parent
LONG = (
    *("tests/stacks/", "tests/states/", "tests/lifecycle/", "tests/moves/", "tests/faults/", "tests/examples/"),
    *("tests/migrations/running/", "tests/promotion/", "tests/costs/", "tests/bench/"),
)
"""The folders of tests that take seconds each, of which a file has few."""

RULES = re.compile(r"  slipway:promotion:\n(?:    .*\n)+")

# Property tests draw the same examples each time, and none fails for being slow.
settings.register_profile("slipway", deadline=None, derandomize=True)
settings.load_profile("slipway")


@dataclass(frozen=True)
class Shared:
    """Sites that the first worker who asks for one brings up, whatever worker that is. Each worker has a copy of its own."""

    factory: pytest.TempPathFactory

    def __call__(self, name: str, before: Site, make: Callable[[Site], object]) -> Site:
        """The site of this name, of which `make` makes a copy of the one before."""
        made = once(folder_of_run(self.factory) / "sites" / name, lambda folder: make(before.copy(folder / "site")))
        return replace(before, folder=made / "site").copy(self.factory.mktemp(name) / "site")


def pytest_collection(session: pytest.Session) -> None:
    """Where all of the tests are to run."""
    if [session.config.invocation_params.dir / argument for argument in session.config.args] == [TESTS]:
        import_own_part(TESTS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file go to one worker, the longest files first: a short one at the end keeps no worker waiting for another.

    Before xdist looks for groups.
    """
    counts = Counter(item.path for item in items)
    items.sort(key=lambda item: (not item.nodeid.startswith(LONG), -counts[item.path]))
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}/{item.path.stem}"))


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The process that forks commands."""
    started = Commands(folder_of_run(tmp_path_factory))
    yield started
    started.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Brings a site up once in a run, for all workers."""
    return Shared(tmp_path_factory)


@pytest.fixture(scope="session")
def empty_site(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A config without any sandbox yet."""
    return _config(commands, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def pushed_site(shared: Shared, empty_site: Site) -> Site:
    """shared is up, and its registry holds a first build of all images."""
    return shared("pushed", empty_site, lambda site: _pushed(site, IMAGES))


@pytest.fixture(scope="session")
def up_site(shared: Shared, pushed_site: Site) -> Site:
    """shared, dev, staging and prod are up, nothing is released."""
    return shared("up", pushed_site, _up)


@pytest.fixture(scope="session")
def released_site(shared: Shared, up_site: Site) -> Site:
    """A first release of all images runs in dev."""
    return shared("released", up_site, lambda site: _released(site, IMAGES))


@pytest.fixture(scope="session")
def everywhere_site(shared: Shared, released_site: Site) -> Site:
    """The release runs in all environments, and in a preview. For those who only look."""

    def make(site: Site) -> None:
        _promoted(site)
        site("pr", "open", "42", "--branch", "search")

    return shared("everywhere", released_site, make)


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
def small_pushed_site(shared: Shared, small_empty_site: Site) -> Site:
    return shared("small-pushed", small_empty_site, lambda site: _pushed(site, small.IMAGES))


@pytest.fixture(scope="session")
def small_up_site(shared: Shared, small_pushed_site: Site) -> Site:
    return shared("small-up", small_pushed_site, _up)


@pytest.fixture(scope="session")
def small_released_site(shared: Shared, small_up_site: Site) -> Site:
    return shared("small-released", small_up_site, lambda site: _released(site, small.IMAGES))


@pytest.fixture(scope="session")
def small_everywhere_site(shared: Shared, small_released_site: Site) -> Site:
    """The release runs in all environments."""
    return shared("small-everywhere", small_released_site, _promoted)


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


def _pushed(site: Site, images: Iterable[str]) -> None:
    site("up", "shared")
    site.push(dict.fromkeys(images, 1))


def _up(site: Site) -> None:
    # Staging and prod run what the shared stack's attestor has signed, which must be there first.
    running = [site.start("up", stack) for stack in ("dev", "staging", "prod")]
    for each in running:
        result = each.wait()
        assert result.code == 0, result.err


def _released(site: Site, images: Iterable[str]) -> None:
    site("deploy", "dev", site.record(dict.fromkeys(images, 1), migration="expand"))


def _promoted(site: Site) -> None:
    site("promote", "staging")
    site("promote", "prod")


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
