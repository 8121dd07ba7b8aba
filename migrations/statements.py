"""A text as the statements that PostgreSQL would run one after the other, and those that run inside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from migrations import bodies, lexis
from migrations.dynamic import UNREAD
from migrations.lexis import Broken
from migrations.statement import Statement

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Script:
    """The text of a file, read."""

    text: str
    lexed: lexis.Lexed

    @cached_property
    def statements(self) -> list[Statement]:
        """In their order, each followed by those that run inside it."""
        made = list[Statement]()
        inner = bodies.Bodies()
        elsewhere = [
            Statement((UNREAD, name.upper()), (at, at), at, end) for name, at, end in self.lexed.variables.elsewhere
        ]
        for words, starts, end in self.lexed.statements:
            while elsewhere and elsewhere[0].start < end:
                made.append(elsewhere.pop(0))
            outer = Statement(words, starts, starts[0], end)
            made.append(outer)
            made += inner.of(outer)
        return made + elsewhere

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def line(self, at: int) -> int:
        """The number of the line of a place, from 1."""
        return bisect_right(self._lines, at)

    def column(self, at: int) -> int:
        """The number of its character in the line, from 1."""
        return at - self._lines[self.line(at) - 1] + 1

    def place(self, line: int, column: int) -> int:
        """From line and column, counted from 0."""
        lines = self._lines
        return min(lines[min(line, len(lines) - 1)] + column, len(self.text))

    def shown(self, statement: Statement) -> str:
        """The statement as it was written, in one line."""
        return " ".join(self.text[statement.start : statement.end].split())

    @cached_property
    def plain(self) -> str:
        """For squawk."""
        return lexis.plain(self.text, self.lexed)

    @property
    def broken(self) -> Broken | None:
        """Where it cannot be read on."""
        return self.lexed.broken


def read(text: str) -> Script:
    """Read a file's text."""
    return Script(text, lexis.lex(text, places=False))
