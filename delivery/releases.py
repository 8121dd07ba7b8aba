"""Releases: what was built together, recorded once and never changed."""

import fcntl
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from delivery import ledger, release_entries, release_index
from delivery.ledger import FOLDER, Entry, Ledger
from delivery.publishing import ATTEMPTS
from delivery.release_entries import LEDGER, Next, Release, id_problems
from delivery.release_migrations import Files, completed
from delivery.repository import Addition, Repository
from model.catalogue import Catalogue
from model.errors import ConfigError, Problem, closest
from model.names import MAIN
from model.release import DIGEST

MIGRATIONS = (*release_index.DIRECTIONS, "none")
RACERS = 8 * ATTEMPTS
"""How often an entry is tried that others come before: every build of a busy day may want its id at once."""
SUBJECTS = {
    release_entries.ALLOCATED: "Allocate release {id}",
    release_entries.RECORDED: "Record release {id}",
    release_entries.MARKED_BAD: "Mark release {id} as bad",
    release_entries.UNMARKED: "Take the bad mark from release {id}",
}
_COMMIT = re.compile(r"[0-9a-f]{40}")
_AUTHOR = re.compile(r"[^\s@]+(@[^\s@]+)?")


class Releases:
    """The releases of a config folder: `releases/releases.jsonl`, chained as every ledger is.

    With a repository each entry is a commit of its own. With `push` an entry counts once it is published, and what it
    says, such as the next free number, is decided on top of what others have published: so no id is given out twice.
    """

    def __init__(self, config_dir: Path, repository: Repository | None = None, push: bool = False) -> None:
        self._ledger = Ledger(config_dir, LEDGER)
        self._folder = config_dir / FOLDER
        self._repository = repository
        self._push = push

    def entries(self) -> Sequence[Entry]:
        """Everything that was ever said about releases, oldest first."""
        return self._ledger.entries()

    def all(self) -> list[Release]:
        """Every release, in the order in which they were recorded."""
        return list(release_entries.recorded(self.entries()).values())

    def find(self, release_id: str, key: str = "RELEASE") -> Release:
        """The release of this id. Raises ConfigError, with the nearest id, where there is none; `key` is where it was said."""
        return release_entries.find(self.entries(), release_id, key)

    def named(self, release_id: str | None) -> Release | None:
        """The release of this id, None where none was recorded."""
        return release_entries.named(self.entries(), release_id) if release_id else None

    def bad(self) -> Mapping[str, Entry]:
        """The releases that are marked bad, each with the entry of its last mark."""
        return release_entries.bad(self.entries())

    def holding(self, images: Mapping[str, str], idle: Collection[str] = ()) -> list[Release]:
        """The releases with exactly these digests, oldest first; `idle` images do not count."""
        return release_index.holding(self.entries(), images, idle)

    def pending(self, migrated: str | None, release: str | None) -> list[tuple[str, str]]:
        """The migrations that `release` needs of a database that has those of `migrated`: ids and directions, in order."""
        return release_index.pending(self.entries(), migrated, release)

    def allocate(self, commit: str, who: str, at: datetime) -> str:
        """Reserve the day's next id for a build of `commit`, which may be empty; it is given to nobody else, ever."""
        made = self._add(lambda entries: release_entries.allocation(entries, commit, at.date()), who, at)
        assert made
        return str(made.facts["id"])

    def record(self, draft: Release, who: str, at: datetime) -> Release:
        """Add a release: with the id that it brings, else with the day's next one.

        A commit that has a release already is answered with that one, whatever id the draft brings: the commit is a
        tag of its images, tags never move, and so a commit that is built again keeps its first digests. Raises
        ConfigError for an id that belongs to another commit.
        """
        return self.put(draft, who, at)[0]

    def put(
        self, draft: Release, who: str, at: datetime, files: Files | None = None, asked: str | None = None
    ) -> tuple[Release, bool]:
        """`record`, and whether the release is new. `files` are all migrations of its commit, `asked` the direction that somebody
        has said they have."""
        found: list[Release] = []

        def decide(entries: Sequence[Entry]) -> Next | None:
            known = release_entries.recorded(entries)
            made = release_entries.recording(entries, draft, at.date())
            again = made.id in known
            found[:] = [made if again else completed(made, files, asked, list(known.values()))]
            return None if again else (release_entries.RECORDED, found[0].as_json())

        made = self._add(decide, who, at)
        return found[0], made is not None

    def mark_bad(self, release_id: str, why: str, who: str, at: datetime) -> Entry:
        """Say that a release must go nowhere any more. Raises ConfigError where there is none of this id."""
        made = self._add(lambda entries: release_entries.marking(entries, release_id, why), who, at)
        assert made
        return made

    def unmark(self, release_id: str, why: str, who: str, at: datetime) -> Entry:
        """Take all marks back. Raises ConfigError where the release has none."""
        made = self._add(lambda entries: release_entries.unmarking(entries, release_id, why), who, at)
        assert made
        return made

    def _add(self, decide: Callable[[Sequence[Entry]], Next | None], who: str, at: datetime) -> Entry | None:
        """Add what `decide` says of the entries before it; None where it says nothing."""
        if self._repository is None:
            with self._alone():
                following = decide(self.entries())
                return self._ledger.append(who, at, *following) if following else None
        made: list[Entry] = []

        def make(content: bytes) -> Addition | None:
            made.clear()
            following = decide(ledger.entries(LEDGER, content))
            if following is None:
                return None
            event, facts = following
            made.append(ledger.following(LEDGER, content, who, at, event, facts))
            added = content + ledger.written(made[0])
            return Addition(added, SUBJECTS[event].format_map(facts), {"Slipway-Actor": who})

        self._repository.extend(self._ledger.path, make, push=self._push, attempts=RACERS)
        return made[0] if made else None

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


def draft(
    catalogue: Catalogue,
    commit: str,
    images: Mapping[str, str],
    migration: str = "none",
    build: str = "",
    release_id: str = "",
    author: str = "",
    branch: str = MAIN,
) -> Release:
    """A release to record, checked as a whole. Raises ConfigError with every problem found."""
    problems = [*id_problems(release_id, "--id"), *commit_problems(commit)] if release_id else commit_problems(commit)
    if migration not in MIGRATIONS:
        problems.append(
            Problem("command line", "--migration", f"'{migration}' is no direction", closest(migration, MIGRATIONS))
        )
    if author and not _AUTHOR.fullmatch(author):
        problem = f"'{author}' is neither an e-mail address nor a login"
        problems.append(Problem("command line", "--author", problem, "Write one of them, such as ann@example.com."))
    problems += image_problems(catalogue, images)
    problems += [
        Problem("command line", "IMAGES", f"the image '{name}' has no digest", f"Add {name}=sha256:...")
        for name in catalogue.images
        if name not in images
    ]
    if problems:
        raise ConfigError(*problems)
    return Release(release_id, commit, dict(images), migration, build, author, branch=branch)


def commit_problems(commit: str) -> list[Problem]:
    """What is wrong with a commit: a short one may mean another one tomorrow."""
    if _COMMIT.fullmatch(commit):
        return []
    return [Problem("command line", "--commit", f"'{commit}' is no full commit", "Write its 40 hexadecimal digits.")]


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
