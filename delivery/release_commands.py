"""What `slipway release` does beyond the ledger: which repository it goes to, and what is said beside the answer."""

from pathlib import Path

from rich.markup import escape

from delivery import build_notices, repository, screen
from delivery.desk import Desk
from delivery.guards import short
from delivery.release_entries import Release
from delivery.release_migrations import with_migrations
from delivery.releases import Releases, commit_problems
from delivery.upstream import is_published_from
from migrations import folder as folders
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.stacks import load_environment, order


def open_releases(desk: Desk, push: bool) -> Releases:
    """The releases of the config folder, to add to. Raises ConfigError where nothing can be published from there."""
    config = desk.place.config
    found = repository.find(config)
    if push and found is None:
        remedy = "Leave --push out, or work in a clone of the platform repository."
        raise ConfigError(Problem("command line", "--push", f"{config} lies in no git repository", remedy))
    return Releases(config, found, push)


def allocate(desk: Desk, commit: str, push: bool) -> str:
    """Reserve an id for a build, or say the one that its commit was recorded under: built again, it is the same release.

    Says on stderr where an id could still be given out by another clone.
    """
    if commit and (problems := commit_problems(commit)):
        raise ConfigError(*problems)
    releases = open_releases(desk, push)
    if built := next((each for each in releases.all() if commit and each.commit == commit), None):
        remark(f"the commit was built before: whatever this build makes, release {built.id} keeps its first digests")
        return built.id
    release_id = releases.allocate(commit, desk.who, desk.engine.now())
    _remark_on_others(desk, push, release_id)
    return release_id


def record(desk: Desk, draft: Release, push: bool) -> Release:
    """Record a draft. Says on stderr where the commit had a release already, which is the answer then.

    Raises ConfigError for a digest that the registry does not hold: nobody could ever run it.
    """
    if lacking := _not_held(desk, draft):
        raise ConfigError(*lacking)
    release, new = open_releases(desk, push).put(draft, desk.who, desk.engine.now())
    if not new:
        said = f"the commit is recorded already, as release {release.id}, which keeps its first digests"
        other = [image for image in release.images if draft.images.get(image) != release.images[image]]
        kept = ", ".join(f"{image} {short(release.images[image])}" for image in other)
        remark(said + (f" ({kept})" if other else ""))
    elif not draft.id:
        _remark_on_others(desk, push, release.id)
    if new:
        build_notices.recorded(desk, release)
    return release


def add_migrations(desk: Desk, draft: Release, folder: Path, asked: str | None) -> Release:
    """A draft with the migrations of a folder that are new with it. Says on stderr where nobody can know which are."""
    recorded = Releases(desk.place.config).all()
    made, brought = with_migrations(draft, folders.files(folder), asked, recorded)
    if brought.first and brought.files:
        remark(f"no release before names its migrations: these {len(brought.files)} are taken as {made.migration}")
    return made


def _not_held(desk: Desk, draft: Release) -> list[Problem]:
    """The images that the registry of the first environment, which is that of all, does not hold."""
    environments = order(desk.place.config)
    if not environments:
        return []
    first = load_environment(environments[0], desk.place.config)
    assert isinstance(first, Environment)
    references = {f"{first.registry}/{image}@{digest}": image for image, digest in draft.images.items()}
    return [
        Problem("command line", "IMAGES", f"{references[each]}: the registry does not hold {each}", "Push it first.")
        for each in desk.registry.missing(references)
    ]


def remark(text: str) -> None:
    """A line on stderr."""
    screen.err().print(escape(text), style="yellow")


def _remark_on_others(desk: Desk, push: bool, release_id: str) -> None:
    found = repository.find(desk.place.config)
    if found and not push and is_published_from(found.git):
        remark(f"{release_id} is not published yet: another clone can take the same number first; --push makes sure")
