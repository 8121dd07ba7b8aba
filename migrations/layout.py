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

_NUMBER = re.compile(r"(?:V(?=[0-9]+(?:[._][0-9]+)*__)|)([0-9]+(?:(?<=[0-9])\.[0-9]+)*)(?:__|[_.-])", re.IGNORECASE)
_DOWN = re.compile(r"\.(down|undo|rollback)\.sql$|(^|/)U[0-9][^/]*__[^/]*\.sql$", re.IGNORECASE)
_UP = re.compile(r"\.up\.sql$", re.IGNORECASE)


def migrates(path: str) -> bool:
    """Whether a file is one that is checked."""
    return path.lower().endswith(".sql") and not undoes(path)


def undoes(path: str) -> bool:
    """Whether it takes another one back."""
    return bool(_DOWN.search(path))


def number(path: str) -> str | None:
    """What orders it among those beside it, without leading zeros; None where its name begins with no number."""
    match = _NUMBER.match(PurePosixPath(path).name)
    return ".".join(part.lstrip("0") or "0" for part in match[1].split(".")) if match else None


def golang(path: str) -> bool:
    """Whether golang-migrate runs it: the whole file as one query, and so in one transaction."""
    return bool(_UP.search(path))


def order(path: str) -> tuple[str, int, tuple[int, ...], str]:
    """By folder, by number, by name."""
    folder, _, name = path.rpartition("/")
    found = number(name)
    return (folder, found is None, tuple(int(part) for part in found.split(".")) if found else (), name)


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
