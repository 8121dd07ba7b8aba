"""A text as the statements that PostgreSQL would run one after the other, and those that run inside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from migrations import lexis, plpgsql
from migrations.lexis import Broken

Inside = Literal["", "do", "function", "dynamic"]
_LINE_END = re.compile(r"\r\n?|\n")
DEEPEST = 12
"""Blocks in strings in blocks; what is deeper no person reads either."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """`words` are bare words in upper case, quoted ones as written, signs one by one; `starts` where each is in the file.

    `inside` says what runs it, where that is no file: a DO block, a function that the file calls, or EXECUTE of a text.
    """

    words: Sequence[str]
    starts: Sequence[int]
    start: int
    end: int
    inside: Inside = ""

    def __getitem__(self, at: int) -> str:
        """The word there; an empty one beyond the end, so that rules can look ahead."""
        try:
            return self.words[at]
        except IndexError:
            return ""

    def __len__(self) -> int:
        return len(self.words)

    def has(self, at: int, *words: str) -> bool:
        """Whether these words stand there."""
        return tuple(self.words[at : at + len(words)]) == words


@dataclass(frozen=True)
class Script:
    """The text of a file, read."""

    text: str
    lexed: lexis.Lexed

    @cached_property
    def statements(self) -> list[Statement]:
        """In their order, each followed by those that run inside it."""
        made = list[Statement]()
        functions = _Functions()
        for words, starts, end in self.lexed.statements:
            outer = Statement(words, starts, starts[0], end)
            made.append(outer)
            made += _bodies(outer)
            functions.define(outer)
            made += functions.called_by(outer)
        return made

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


def _bodies(outer: Statement, depth: int = 0) -> Iterator[Statement]:
    """What runs inside: blocks of DO, texts of EXECUTE."""
    if depth > DEEPEST:
        return
    first = outer[0]
    if first == "DO":
        for word, start in zip(outer.words, outer.starts, strict=True):
            if lexis.is_text(word):
                yield from _block(word, _at(outer, start, word), outer, "do", depth)
                return
    elif first == "EXECUTE" and outer.inside:
        text = plpgsql.dynamic(outer.words[1:])
        if text:
            for words, _, _ in lexis.lex(text).statements:
                made = Statement(words, [outer.start] * len(words), outer.start, outer.end, "dynamic")
                yield made
                yield from _bodies(made, depth + 1)


def _block(word: str, at: Callable[[int], int], outer: Statement, inside: Inside, depth: int) -> Iterator[Statement]:
    text, places = lexis.content(word)
    for words, starts, end in plpgsql.split(lexis.lex(text)):
        last = places[end - 1] + 1 if 0 < end <= len(places) else len(word)
        mapped = [at(places[start]) for start in starts]
        made = Statement(words, mapped, mapped[0], min(at(last), outer.end), inside)
        yield made
        yield from _bodies(made, depth + 1)


def _at(outer: Statement, start: int, word: str) -> Callable[[int], int]:
    """From a place in a string to one in the file; within a text that EXECUTE puts together there is one place only."""
    if outer.inside == "dynamic":
        return lambda _: outer.start
    return lambda place: start + place


class _Functions:
    """Functions whose bodies run because the same file calls them."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, Statement, int]] = {}

    def define(self, statement: Statement) -> None:
        """Remember what is created."""
        if statement[0] != "CREATE" or not ({"FUNCTION", "PROCEDURE"} & set(statement.words[1:4])):
            return
        name = next((at for at, word in enumerate(statement.words) if word == "("), 0) - 1
        for at in range(name + 1, len(statement)):
            if statement[at] == "AS" and (word := statement[at + 1]) and lexis.is_text(word):
                self._made[statement[name]] = (word, statement, statement.starts[at + 1])
                return

    def called_by(self, statement: Statement) -> Iterator[Statement]:
        """What runs with a statement that calls one of them."""
        if not self._made or statement[0] in ("CREATE", "COMMENT", "GRANT", "REVOKE", "ALTER", "DROP"):
            return
        for at, word in enumerate(statement.words):
            if word in self._made and statement[at + 1] == "(":
                body, owner, start = self._made.pop(word)
                yield from _block(body, _at(owner, start, body), owner, "function", 0)
