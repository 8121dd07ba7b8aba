"""`slipway migrations pending`: what an environment's database lacks, and whether the Job of its release has ended.

Migrations run with their release, as a Job of the stack that the update waits for. So nothing here runs one by itself: what was
cut short or failed goes on with `slipway up`, and what a newer release brings comes with that release.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery import history, pins
from delivery.desk import Desk
from delivery.ledger import Ledger
from delivery.releases import Releases
from model.errors import ConfigError, Problem, closest
from model.order import branches


@dataclass(frozen=True)
class Lacking:
    """One release whose migrations the database lacks. `files` is None where the release names none."""

    release: str
    direction: str
    files: Sequence[str] | None


@dataclass(frozen=True)
class Pending:
    """`migrated` is the release whose migrations the database is to have; `open` why they may not have run."""

    environment: str
    release: str | None
    migrated: str | None
    lacking: Sequence[Lacking]
    open: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "environment": self.environment,
            "release": self.release,
            "migrated": self.migrated,
            "unfinished": self.open or None,
            "lacking": [
                {"release": each.release, "direction": each.direction, "files": each.files} for each in self.lacking
            ],
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        has = f"has the migrations up to release {self.migrated}" if self.migrated else "was never migrated"
        yield f"{self.environment} {has}"
        if self.open:
            yield f"they may not have run: {self.open}; 'slipway up {self.environment}' goes on"
        for each in self.lacking:
            files = f": {', '.join(each.files)}" if each.files else ""
            yield f"lacks {each.release}, {each.direction}{files}"
        if self.lacking:
            yield "they come with their release ('slipway deploy' or 'slipway promote'), by a Job that logs in without a password"
        elif not self.open:
            yield "nothing is pending"


def pending(desk: Desk, environment: str) -> Pending:
    """What a database lacks of all that was recorded. Raises ConfigError for what is no environment."""
    config = desk.place.config
    if environment not in (known := branches(config)):
        problem = f"there is no environment '{environment}'"
        raise ConfigError(Problem("command line", "ENV", problem, closest(environment, known)))
    pinned = pins.read(environment, config)
    recorded = {each.id: each for each in Releases(config).all() if each.branch == known[environment]}
    newest = max(recorded, default=None)
    return Pending(
        environment,
        pinned.release,
        pinned.migrated,
        [
            Lacking(release, direction, _names(recorded[release].migrations))
            for release, direction in Releases(config).pending(pinned.migrated, newest)
        ],
        _open(desk, environment, pinned.images),
    )


def _open(desk: Desk, environment: str, images: Mapping[str, str]) -> str:
    """Why nobody knows that the Job ended well: an update waits for it, and the ledger says how each update ended."""
    entries = Ledger(desk.place.config, environment).entries()
    if begun := history.last_unfinished(entries):
        return f"{history.what(begun)}, begun by {begun.who}, has not ended"
    if failed := history.last_failure(entries, images):
        return f"{history.what(failed)} failed"
    return ""


def _names(files: Mapping[str, str] | None) -> list[str] | None:
    return None if files is None else list(files)
