"""Which files are migrations, and in what order: by their names alone.

- Atlas, dbmate, sqlx and alike: `20260102150405_name.sql`
- golang-migrate: `12_name.up.sql`, whose `12_name.down.sql` undoes it and is not checked
- Flyway: `V2__name.sql`; `R__name.sql` runs again whenever it changes, and has no number
- plain: `0001_name.sql`
- any other `.sql` file is checked and has no number

Alembic keeps Python: what is checked is the SQL of its offline mode (`alembic upgrade head --sql > 0001_name.sql`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

_NUMBER = re.compile(r"V([0-9]+(?:[._][0-9]+)*)__|([0-9]+(?:\.[0-9]+)*)(?:__|[_.-])", re.IGNORECASE)
_DOWN = re.compile(r"\.(down|undo|rollback)\.sql$|(^|/)U[0-9][^/]*__[^/]*\.sql$", re.IGNORECASE)
_STEP = re.compile(r"\.(down|undo|rollback)\.sql$", re.IGNORECASE)
_UP = re.compile(r"(?:^|/)[0-9]+_[^/]*\.up\.[^./]+$", re.IGNORECASE)
"""golang-migrate asks for no .sql at the end."""


def migrates(path: str) -> bool:
    """Whether a file is one that is checked."""
    return (path.lower().endswith(".sql") and not undoes(path)) or golang(path)


def undoes(path: str) -> bool:
    """Whether it takes another one back."""
    return bool(_DOWN.search(path))


def number(path: str) -> str | None:
    """What orders it among those beside it, without zeros that say nothing; None where its name begins with no number."""
    match = _NUMBER.match(PurePosixPath(path).name)
    if match is None:
        return None
    parts = [part.lstrip("0") or "0" for part in (match[1] or match[2]).replace("_", ".").split(".")]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return ".".join(parts)


def undone(path: str) -> tuple[str, ...]:
    """What a file that takes another one back stands beside: nothing runs it there. Alone it may be a migration after all."""
    folder, slash, name = path.rpartition("/")
    if name[:1] in "Uu" and not _STEP.search(name):
        return (f"{folder}{slash}V{name[1:]}",)
    stem = _STEP.sub("", name)
    return f"{folder}{slash}{stem}.up.sql", f"{folder}{slash}{stem}.sql"


def golang(path: str) -> bool:
    """Whether golang-migrate runs it: the whole file as one query, and so in one transaction."""
    return bool(_UP.search(path))


def order(path: str) -> tuple[str, int, tuple[int, ...], str]:
    """By folder, by number, by name."""
    folder, _, name = path.rpartition("/")
    found = number(name)
    return (folder, found is None, tuple(int(part) for part in found.split(".")) if found else (), name)


def late(new: Iterable[str], old: Iterable[str]) -> list[tuple[str, str]]:
    """New files whose number is below that of an old one beside them, each with the last of those. Some tools refuse such a file,
    and golang-migrate passes it over, where the old one has been run."""
    last: dict[str, str] = {}
    for path in sorted(old, key=order):
        if number(path) is not None:
            last[path.rpartition("/")[0]] = path
    pairs = ((path, last.get(path.rpartition("/")[0])) for path in new if number(path) is not None)
    return [(path, after) for path, after in pairs if after and order(path)[2] < order(after)[2]]


def twins(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of files of one folder that have the same number: which of them runs first, nobody knows."""
    seen: dict[tuple[str, str], str] = {}
    found = list[tuple[str, str]]()
    for path in sorted(paths, key=order):
        if not migrates(path) or (own := number(path)) is None:
            continue
        first = seen.setdefault((path.rpartition("/")[0], own), path)
        if first != path:
            found.append((first, path))
    return found
