"""The migration files of releases: which ones a release brings, and which way they go.

A release's record names the files that it brings, each with its checksum: together with those of the releases before it they are
all that its database has. So nobody needs the history of the application repository, which a build's shallow clone has not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from delivery.release_entries import Release
from migrations.direction import direction_of
from migrations.history import changed, sha256
from model.errors import ConfigError, Problem

Files = Mapping[str, str]
"""Names of files, and the SQL in each."""


@dataclass(frozen=True)
class Brought:
    """`first` where no release before has named its files, so that nobody knows which of them are new."""

    files: Mapping[str, str]
    direction: str
    first: bool


def with_migrations(
    draft: Release, files: Files, asked: str | None, recorded: Sequence[Release]
) -> tuple[Release, Brought]:
    """A draft with the files that it brings, and their direction, unless a more careful one was asked for.

    Raises ConfigError for a file that was released before and is edited or gone, and for a direction that does not suit.
    """
    found = brought(files, known(recorded, draft.id), bool(recorded))
    if asked is not None and not found.first and not suits(asked, found.direction):
        names = ", ".join(found.files) or "no new file"
        problem = f"'{asked}' does not suit {names}, which go{'' if len(found.files) > 1 else 'es'}: {found.direction}"
        remedy = f"Leave --migration out, or write {found.direction} or coordinated."
        raise ConfigError(Problem("command line", "--migration", problem, remedy))
    return replace(draft, migration=asked or found.direction, migrations=found.files), found


def brought(files: Files, before: Mapping[str, str] | None, released: bool) -> Brought:
    """What is new beside the files that were there before (name -> checksum), None where nobody knows those.

    Then they are taken as an expansion, where there are any: a first release makes its tables before its code runs.
    """
    sums = {name: sha256(sql) for name, sql in files.items()}
    if before is None:
        return Brought(sums, "expand" if sums else "none", released)
    if problems := changed(before, sums):
        raise ConfigError(*problems)
    new = {name: sql for name, sql in files.items() if name not in before}
    return Brought({name: sums[name] for name in new}, direction_of(new), False)


def known(recorded: Sequence[Release], release_id: str) -> dict[str, str] | None:
    """The files of all releases before this one (name -> checksum); without an id, of all. None where none has named any.

    A release that is recorded late, behind a newer one, is held against those before it only.
    """
    lists = [
        each.migrations
        for each in sorted(recorded, key=lambda each: each.id)
        if each.migrations is not None and (not release_id or each.id < release_id)
    ]
    return {name: digest for files in lists for name, digest in files.items()} if lists else None


def at(recorded: Sequence[Release], release_id: str | None) -> dict[str, str]:
    """The files that a database with a release's migrations has; none before the first."""
    if release_id is None:
        return {}
    until = [each for each in recorded if each.id <= release_id]
    return known(until, "") or {}


def suits(asked: str, found: str) -> bool:
    """Whether a direction said by hand is as careful as the one found: any suits where nothing changes, `coordinated` always."""
    return asked in (found, "coordinated") or found == "none"


def unchanged(recorded: Sequence[Release], release_id: str | None, files: Files) -> list[str]:
    """Those of the files that a database with a release's migrations has. Raises ConfigError for one that has changed since."""
    there = at(recorded, release_id)
    if problems := changed(there, {name: sha256(sql) for name, sql in files.items()}):
        raise ConfigError(*problems)
    return list(there)
