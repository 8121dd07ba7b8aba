"""`slipway migrations verify`: pending migrations on a real PostgreSQL, before they are released."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery import pins, release_migrations
from delivery.migrations_run import told
from delivery.place import Place
from delivery.releases import Releases
from migrations import embedded, layout
from migrations import folder as folders
from migrations.database import Address, from_url
from migrations.direction import direction_of
from migrations.embedded import NoServer
from migrations.verifying import LIMIT_SECONDS, Task, Verification, verify
from model.errors import ConfigError, Problem, closest


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was said on the command line. `environment` and `since` both say what the database has; one is enough."""

    folder: Path
    environment: str | None = None
    since: str | None = None
    schema: Sequence[Path] = ()
    seed: Sequence[Path] = ()
    previous: Sequence[Path] = ()
    new: Sequence[Path] = ()
    url: str | None = None
    limit: float = LIMIT_SECONDS


def carry_out(asked: Asked, place: Place | None, tell: Callable[[str], None]) -> Verification:
    """Do it on the server that was named, or on one that ends with the command. Raises ConfigError and Failed."""
    task = task_of(asked, place)
    with told(), _server(asked.url) as server:
        return verify(server, task, tell)


def task_of(asked: Asked, place: Place | None) -> Task:
    """What is to be verified. `place` is where releases and pins are, needed only with an environment."""
    files = folders.files(asked.folder)
    had = _had(asked, files, place)
    pending = {name: sql for name, sql in files.items() if name not in had}
    return Task(
        before={name: files[name] for name in files if name in had},
        pending=pending,
        direction=direction_of(pending),
        schema=folders.each(asked.schema),
        seed=folders.each(asked.seed),
        previous=folders.each(asked.previous),
        new=folders.each(asked.new),
        limit=asked.limit,
    )


def _had(asked: Asked, files: dict[str, str], place: Place | None) -> set[str]:
    """The files that the database has."""
    if asked.environment and asked.since:
        raise ConfigError(Problem("command line", "--since", "it stands beside --environment", "Write one of them."))
    if asked.environment and place:
        migrated = pins.read(asked.environment, place.config).migrated
        return set(release_migrations.unchanged(Releases(place.config).all(), migrated, files))
    if not asked.since:
        return set()
    if asked.since not in files:
        raise ConfigError(Problem("command line", "--since", f"there is no {asked.since}", closest(asked.since, files)))
    return {name for name in files if layout.order(name) <= layout.order(asked.since)}


@contextmanager
def _server(url: str | None) -> Iterator[Address]:
    if url:
        yield from_url(url)
        return
    try:
        with embedded.server() as address:
            yield address
    except NoServer as error:
        raise ConfigError(Problem("this machine", "", error.what, error.remedy)) from None
