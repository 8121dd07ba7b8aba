"""The migration files of releases: which ones a release brings, and which way they go.

A release's record names the files that it brings, each with its checksum: together with those of the releases before it they are
all that its database has. So nobody needs the history of the application repository, which a build's shallow clone has not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from delivery.release_entries import Release, lacks
from migrations import layout
from migrations.direction import direction_of
from migrations.history import changed, sha256
from model.errors import ConfigError, Problem
from model.names import MAIN

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
    line = [each for each in recorded if each.branch == draft.branch]
    found = brought(files, known(line, draft.id), bool(line))
    if asked is not None and not found.first and not suits(asked, found.direction):
        names = ", ".join(found.files) or "no new file"
        problem = f"'{asked}' does not suit {names}, which go{'' if len(found.files) > 1 else 'es'}: {found.direction}"
        remedy = f"Leave --migration out, or write {found.direction} or coordinated."
        raise ConfigError(Problem("command line", "--migration", problem, remedy))
    return replace(draft, migration=asked or found.direction, migrations=found.files), found


def completed(draft: Release, files: Files | None, asked: str | None, recorded: Sequence[Release]) -> Release:
    """A draft as it is to be recorded, so that every release has the files of all with a lower number on its branch.

    `files` is None where nobody has said where they are. Raises ConfigError where one could be missing, now or in a release that
    is recorded already: a database would be taken for migrated by an image that has not got it.
    """
    line = [each for each in recorded if each.branch == draft.branch]
    if files is None:
        if draft.migrations is None and (before := known(line, draft.id)):
            problem = f"releases before it name their migrations, up to {list(before)[-1]}, and nobody knows whether it has them"
            remedy = "Name their folder; what is built of an older branch takes them along first ('git checkout main -- DIR')."
            raise ConfigError(Problem("command line", "--migrations", problem, remedy))
        return draft
    made, found = with_migrations(draft, files, asked, recorded)
    for newer in line if made.id and not found.first else ():
        if newer.id > made.id and (lacking := lacks(newer, made, known(line, newer.id) or {})):
            problem = f"release {newer.id} is recorded already, and has not {', '.join(lacking)}"
            remedy = "Leave it out, or build again, to get a higher number."
            raise ConfigError(Problem("command line", "--id", problem, remedy))
    return made


def is_first(release: Release, recorded: Sequence[Release]) -> bool:
    """Whether it names files where those before it on its branch named none."""
    line = [each for each in recorded if each.branch == release.branch and each.id < release.id]
    return bool(release.migrations) and bool(line) and known(line, "") is None


def uncarried(
    recorded: Sequence[Release], image: str, digest: str | None, pending: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """Which of the pending migrations the digest that would run them may not have: release -> its files.

    Releases that name files have those of all before them. Where none does, the number alone says so: nobody can look. What is of
    no release another guard refuses.
    """
    holders = [each for each in recorded if digest and each.images.get(image) == digest]
    if digest and not holders:
        return {}
    needed = {each.id: each for each in recorded}
    return {
        each: list(needed[each].migrations or ())
        for each, _ in pending
        if not any(_carries(holder, needed[each]) for holder in holders)
    }


def _carries(holder: Release, needed: Release) -> bool:
    named = holder.migrations is not None or not needed.migrations
    return holder.branch == needed.branch and holder.id >= needed.id and named


def brought(files: Files, before: Mapping[str, str] | None, released: bool) -> Brought:
    """What is new beside the files that were there before (name -> checksum), None where nobody knows those. Raises ConfigError.

    Then they are taken as an expansion, where there are any: a first release makes its tables before its code runs.
    """
    sums = {name: sha256(sql) for name, sql in files.items()}
    if before is None:
        return Brought(sums, "expand" if sums else "none", released)
    if problems := changed(before, sums):
        raise ConfigError(*problems)
    new = {name: sql for name, sql in files.items() if name not in before}
    if late := layout.late(new, before):
        remedy = "Give it a number behind that one: a database that has it may never run this one."
        raise ConfigError(
            *(Problem(name, "", f"it comes before {last}, which was released", remedy) for name, last in late)
        )
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
    branch = next((each.branch for each in recorded if each.id == release_id), MAIN)
    until = [each for each in recorded if each.id <= release_id and each.branch == branch]
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
