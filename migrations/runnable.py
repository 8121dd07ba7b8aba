"""A file of SQL as it is run: its statements, and whether they share a transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from migrations.statements import read

NO_TRANSACTION = re.compile(r"--.*\bslipway:no-transaction\b")
"""A comment with these words keeps a file out of a transaction."""

TITLE_LENGTH = 100
_INDEXES = ("CREATE", "DROP", "REINDEX", "ALTER")
_ALONE = (("VACUUM",), ("CREATE", "DATABASE"), ("DROP", "DATABASE"), ("ALTER", "SYSTEM"))
_BEGINS = (("BEGIN",), ("START", "TRANSACTION"))
_ENDS = (("COMMIT",), ("END",))
_CONTROLS = (*_BEGINS, *_ENDS, ("ROLLBACK",), ("ABORT",), ("PREPARE", "TRANSACTION"))


@dataclass(frozen=True)
class Piece:
    """One statement: `words` are bare words in upper case and quoted ones as they stand."""

    text: str
    words: Sequence[str]
    line: int

    @property
    def outside(self) -> bool:
        """Whether PostgreSQL refuses it in a transaction."""
        index = self.words[0] in _INDEXES and "CONCURRENTLY" in self.words
        return index or self.begins(_ALONE)

    def begins(self, heads: Sequence[Sequence[str]]) -> bool:
        """Whether it begins with one of these."""
        return any(tuple(self.words[: len(head)]) == head for head in heads)

    @property
    def controls(self) -> bool:
        """Whether it begins or ends a transaction; going back to a savepoint does neither."""
        return self.begins(_CONTROLS) and not (self.words[0] == "ROLLBACK" and "TO" in self.words)

    @property
    def title(self) -> str:
        """In one line, as far as it fits."""
        words = " ".join(self.text.split())
        return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 3]}..."


@dataclass(frozen=True)
class Runnable:
    """What of a file is run: without the BEGIN and COMMIT that some tools write around everything."""

    pieces: Sequence[Piece]
    transaction: bool
    problem: str = ""
    """Why it can be run neither in one transaction nor without one."""


def runnable(sql: str) -> Runnable:
    """A file as it is run: in one transaction, unless it says otherwise or holds nothing but what refuses one."""
    script = read(sql)
    if script.broken:
        return Runnable((), True, f"line {script.line(script.broken.at)}: {script.broken.what}")
    for start, _ in sorted({*script.lexed.blanks} - {*script.lexed.comments}):
        return Runnable((), True, f"line {script.line(start)} is for psql, or data of a COPY, and no SQL")
    found = pieces(sql)
    if len(found) > 1 and found[0].begins(_BEGINS) and found[-1].begins(_ENDS):
        found = found[1:-1]
    if any(NO_TRANSACTION.search(sql[start:end]) for start, end in script.lexed.comments):
        return Runnable(found, False)
    if control := [each for each in found if each.controls]:
        return Runnable(found, True, f"line {control[0].line} begins or ends a transaction by itself")
    outside = [each for each in found if each.outside]
    beside = [each for each in found if not each.outside and each.words[0] != "SET"]
    if outside and beside:
        return Runnable(
            found, True, f"line {outside[0].line} refuses a transaction, and line {beside[0].line} needs one"
        )
    return Runnable(found, not outside)


def pieces(sql: str) -> list[Piece]:
    """All statements in their order."""
    script = read(sql)
    return [
        Piece(sql[starts[0] : end].strip(), words, script.line(starts[0]))
        for words, starts, end in script.lexed.statements
    ]
