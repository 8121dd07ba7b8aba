"""What `slipway release` does beyond the ledger: which repository it goes to, and what is said beside the answer."""

from dataclasses import replace
from pathlib import Path

from rich.markup import escape

from delivery import build_notices, migrations_approved, repository, screen
from delivery.desk import Desk
from delivery.guards import short
from delivery.release_entries import Release
from delivery.release_migrations import is_first
from delivery.releases import Releases, commit_problems
from delivery.upstream import is_published_from
from migrations import folder as folders
from model.environment import Environment
from model.errors import ConfigError, Problem, closest
from model.names import MAIN
from model.order import branches, order
from model.stacks import load_environment


def open_releases(desk: Desk, push: bool) -> Releases:
    """The releases of the config folder, to add to. Raises ConfigError where nothing can be published from there."""
    config = desk.place.config
    found = repository.find(config)
    if push and found is None:
        remedy = "Leave --push out, or work in a clone of the platform repository."
        raise ConfigError(Problem("command line", "--push", f"{config} lies in no git repository", remedy))
    return Releases(config, found, push)


def branch_of(desk: Desk, branch: str | None) -> str:
    """The branch that was named, or the only one that there is. Raises ConfigError where that is no environment's."""
    known = list(dict.fromkeys(branches(desk.place.config).values())) or [MAIN]
    if branch is None and len(known) == 1:
        return known[0]
    if branch in known:
        return branch
    what = "the environments take several branches" if branch is None else f"no environment takes the branch '{branch}'"
    remedy = f"Write one of them: {', '.join(known)}." if branch is None else closest(branch, known)
    raise ConfigError(Problem("command line", "--branch", what, remedy))


def allocate(desk: Desk, commit: str, push: bool, branch: str) -> str:
    """Reserve an id for a build, or say the one that its commit was recorded under: built again, it is the same release.

    Says on stderr where an id could still be given out by another clone.
    """
    if commit and (problems := commit_problems(commit)):
        raise ConfigError(*problems)
    releases = open_releases(desk, push)
    again = [each for each in releases.all() if commit and each.commit == commit and each.branch == branch]
    if built := next(iter(again), None):
        remark(f"the commit was built before: whatever this build makes, release {built.id} keeps its first digests")
        return built.id
    release_id = releases.allocate(commit, desk.who, desk.engine.now())
    _remark_on_others(desk, push, release_id)
    return release_id


def record(desk: Desk, draft: Release, push: bool, migrations: Path | None = None, asked: str | None = None) -> Release:
    """Record a draft, with those of a folder's `migrations` that are new with it. Says on stderr where the commit had a release
    already, which is the answer then, and where nobody can know which files are new.

    Raises ConfigError for a digest that the registry does not hold: nobody could ever run it. Raises Refused for migrations that
    destroy and that nobody has approved.
    """
    files = folders.files(migrations) if migrations else None
    if lacking := _not_held(desk, draft):
        raise ConfigError(*lacking)
    releases = open_releases(desk, push)
    if migrations and files:
        draft = replace(draft, destructive=migrations_approved.approved(desk, draft, migrations, files, releases.all()))
    release, new = releases.put(draft, desk.who, desk.engine.now(), files, asked)
    if not new:
        said = f"the commit is recorded already, as release {release.id}, which keeps its first digests"
        other = [image for image in release.images if draft.images.get(image) != release.images[image]]
        kept = ", ".join(f"{image} {short(release.images[image])}" for image in other)
        remark(said + (f" ({kept})" if other else ""))
    elif not draft.id:
        _remark_on_others(desk, push, release.id)
    if new:
        if release.migrations and is_first(release, releases.all()):
            count = len(release.migrations)
            remark(f"no release before names its migrations: these {count} are taken as {release.migration}")
        build_notices.recorded(desk, release)
    return release


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
