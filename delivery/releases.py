"""Releases: what was built together, recorded once and never changed."""

import fcntl
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from delivery.ledger import FOLDER, Ledger
from model import environment
from model.catalogue import Catalogue
from model.environment import DIGEST
from model.errors import ConfigError, Problem, closest

EVENT = "recorded"
MIGRATIONS = ("expand", "contract", "none")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Release:
    """An immutable record: the digests of every image of the catalogue, and where they come from.

    `migration` says in which order code and schema change: `expand` migrates first, `contract` deploys first.
    """

    id: str
    commit: str
    images: Mapping[str, str]
    migration: str = "none"
    build: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the record holds it."""
        return {
            "id": self.id,
            "commit": self.commit,
            "images": dict(sorted(self.images.items())),
            "migration": self.migration,
            "build": self.build,
        }


class Releases:
    """All recorded releases of a config folder: `releases/releases.jsonl`, chained as every ledger is."""

    def __init__(self, config_dir: Path) -> None:
        self._ledger = Ledger(config_dir, "releases")
        self._folder = config_dir / FOLDER

    def all(self) -> list[Release]:
        """Every release, in the order in which they were recorded."""
        return [Release(**entry.facts) for entry in self._ledger.entries() if entry.event == EVENT]

    def find(self, release_id: str) -> Release:
        """The release of this id. Raises ConfigError, with the nearest id, where there is none."""
        check_id(release_id)
        known = {release.id: release for release in self.all()}
        if release_id not in known:
            remedy = closest(release_id, known) if known else "Record it with 'slipway release record'."
            raise ConfigError(Problem("command line", "RELEASE", f"there is no release '{release_id}'", remedy))
        return known[release_id]

    def holding(self, images: Mapping[str, str], idle: Collection[str] = ()) -> list[Release]:
        """The releases with exactly these digests, oldest first; `idle` images do not count."""
        return [
            release
            for release in self.all()
            if {image: digest for image, digest in release.images.items() if image not in idle} == dict(images)
        ]

    def pending(self, migrated: str | None, release: str | None) -> list[tuple[str, str]]:
        """The migrations that `release` needs of a database that has those of `migrated`: ids and directions, in order.

        Ids sort by date and number, and a release carries the migrations of all before it.
        """
        if release is None:
            return []
        return [
            (each.id, each.migration)
            for each in sorted(self.all(), key=lambda each: each.id)
            if each.migration != "none" and (migrated or "") < each.id <= release
        ]

    def record(self, draft: Release, who: str, at: datetime) -> Release:
        """Add a release. A draft without an id gets the next number of the day; the same record twice is one."""
        with self._alone():
            known = {release.id: release for release in self.all()}
            made = draft if draft.id else replace(draft, id=next_id(known, at.date()))
            if known.get(made.id) == made:
                return made
            if made.id in known:
                raise ConfigError(
                    Problem(
                        "command line",
                        "--id",
                        f"release {made.id} is recorded already, with other contents",
                        "Leave --id out to get the next number: a release never changes.",
                    )
                )
            self._ledger.append(who, at, EVENT, made.as_json())
            return made

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Looking for the next number and taking it must not interleave with another process."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def next_id(known: Iterable[str], day: date) -> str:
    """YYYY.MM.DD.NNNN: the day's highest number and one more, from 0001. Raises ConfigError after 9999."""
    prefix = f"{day:%Y.%m.%d}."
    number = max((int(name.removeprefix(prefix)) for name in known if name.startswith(prefix)), default=0) + 1
    if number > 9999:
        raise ConfigError(Problem("command line", "--id", f"{day} has 9999 releases already", "Wait for the next day."))
    return f"{prefix}{number:04}"


def check_id(release_id: str) -> str:
    """The id as it stands. Raises ConfigError where it is no YYYY.MM.DD.NNNN of a real day."""
    try:
        return environment.release_id(release_id)
    except ValueError:
        remedy = "Write YYYY.MM.DD.NNNN, such as 2026.01.31.0001."
        raise ConfigError(Problem("command line", "RELEASE", f"'{release_id}' is no release id", remedy)) from None


def draft(
    catalogue: Catalogue,
    commit: str,
    images: Mapping[str, str],
    migration: str = "none",
    build: str = "",
    release_id: str = "",
) -> Release:
    """A release to record, checked as a whole. Raises ConfigError with every problem found."""
    problems: list[Problem] = []
    if release_id:
        check_id(release_id)
    if not _COMMIT.fullmatch(commit):
        problems.append(
            Problem("command line", "--commit", f"'{commit}' is no full commit", "Write its 40 hexadecimal digits.")
        )
    if migration not in MIGRATIONS:
        problems.append(
            Problem("command line", "--migration", f"'{migration}' is no direction", closest(migration, MIGRATIONS))
        )
    problems += image_problems(catalogue, images)
    problems += [
        Problem("command line", "IMAGES", f"the image '{name}' has no digest", f"Add {name}=sha256:...")
        for name in catalogue.images
        if name not in images
    ]
    if problems:
        raise ConfigError(*problems)
    return Release(release_id, commit, dict(images), migration, build)


def image_problems(catalogue: Catalogue, images: Mapping[str, str], key: str = "IMAGES") -> list[Problem]:
    """What is wrong with image=digest pairs: names that the catalogue lacks, and anything but a full digest."""
    problems = []
    for name, digest in images.items():
        if name not in catalogue.images:
            remedy = closest(name, catalogue.images)
            problems.append(Problem("command line", key, f"there is no image '{name}' in services.yaml", remedy))
        if not DIGEST.fullmatch(digest):
            problems.append(
                Problem(
                    "command line",
                    key,
                    f"{name}: '{digest}' is no digest",
                    "Write sha256: and 64 hexadecimal digits; a tag can move.",
                )
            )
    return problems


def parse_images(pairs: Iterable[str], key: str = "IMAGES") -> dict[str, str]:
    """`image=digest` pairs of a command line. Raises ConfigError for anything else, and for an image named twice."""
    images: dict[str, str] = {}
    for pair in pairs:
        name, equals, digest = pair.partition("=")
        if not equals or not name:
            raise ConfigError(Problem("command line", key, f"'{pair}' is no pair", "Write IMAGE=sha256:..."))
        if name in images:
            raise ConfigError(Problem("command line", key, f"the image '{name}' stands twice", "Write it once."))
        images[name] = digest
    return images
