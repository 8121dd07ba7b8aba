"""Queries of services, tried on a database: whether it still, or already, is one that they work on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from migrations.database import Database, SqlError
from migrations.runnable import pieces

Side = Literal["previous", "new"]
"""Whose queries: the release's that runs, or the one's that brings the migrations."""
When = Literal["before", "after"]
"""Before the migrations or after them."""

_PARAMETER = re.compile(r"\$\d+")
_NEEDED: Mapping[tuple[Side, When], Sequence[str]] = {
    ("previous", "before"): ("none", "expand", "contract", "coordinated"),
    ("previous", "after"): ("none", "expand"),
    ("new", "before"): ("none", "contract"),
    ("new", "after"): ("none", "expand", "contract", "coordinated"),
}
"""The directions for which queries must work: what is migrated first must suit the code that still runs, what is migrated last
the code that runs already."""


@dataclass(frozen=True)
class Tried:
    """One query, and why it does not work, where it does not."""

    side: Side
    when: When
    file: str
    line: int
    text: str
    error: str
    needed: bool

    @property
    def breaks(self) -> bool:
        """Whether it had to work and does not."""
        return bool(self.error) and self.needed


def tried(database: Database, files: Mapping[str, str], side: Side, when: When, direction: str) -> list[Tried]:
    """Each statement of the files by itself, in a transaction that is rolled back."""
    needed = direction in _NEEDED[side, when]
    return [
        Tried(side, when, name, piece.line, piece.title, _error(database, piece.text, piece.words), needed)
        for name, sql in files.items()
        for piece in pieces(sql)
    ]


def _error(database: Database, text: str, words: Sequence[str]) -> str:
    """One with parameters has no values to run it with: it is prepared only, which knows tables, columns and types."""
    prepared = any(_PARAMETER.fullmatch(word) for word in words)
    database.run("BEGIN")
    try:
        database.run(f"PREPARE slipway_query AS {text}" if prepared else text)
    except SqlError as error:
        return str(error)
    else:
        return ""
    finally:
        database.run("ROLLBACK")
        # What is prepared outlives its transaction.
        database.run("DEALLOCATE ALL")
