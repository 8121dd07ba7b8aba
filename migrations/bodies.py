"""What runs inside a statement: blocks of DO, texts of EXECUTE, functions that the file itself makes and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from migrations import dynamic, lexis, plpgsql, strings
from migrations.dynamic import UNREAD, Variables
from migrations.statement import Inside, Statement

DEEPEST = 12
"""Blocks in strings in blocks; what is deeper no person reads either."""

_READ = ("plpgsql", "sql")
"""Languages whose functions are read here."""
_RUNS = ("TABLE", "MATERIALIZED", "INDEX", "UNIQUE", "TEMP", "TEMPORARY", "UNLOGGED")
"""What is made or altered with expressions that run at once."""
_RUNS_NOTHING = ("CREATE", "ALTER", "COMMENT", "GRANT", "REVOKE", "DROP", "SECURITY")


@dataclass(frozen=True)
class _Function:
    """`body` is its text as it is quoted, or empty where it is plain SQL behind BEGIN ATOMIC, whose words are `atomic`."""

    made: Statement
    language: str
    body: str
    start: int
    atomic: tuple[int, int]
    arguments: Sequence[str]


class Bodies:
    """Of one file: functions are remembered from where they are made to where they are called first."""

    def __init__(self) -> None:
        self._made: dict[str, list[_Function]] = {}

    def of(self, outer: Statement) -> Iterator[Statement]:
        """All that runs inside a statement of the file, in its order."""
        yield from self._within(outer, {}, 0)
        if outer[0] == "CREATE" and {"FUNCTION", "PROCEDURE"} & set(outer.words[1:4]):
            self._define(outer)

    def _within(self, outer: Statement, variables: Variables, depth: int) -> Iterator[Statement]:
        if depth > DEEPEST:
            yield _unread(outer, "nesting")
            return
        if outer[0] == "DO":
            yield from self._do(outer, depth)
        elif outer[0] == "EXECUTE" and outer.inside:
            for text in dynamic.texts(outer.words[1:], variables):
                yield from self._text(text, outer, depth)
        elif self._made:
            yield from self._called(outer, depth)

    def _do(self, outer: Statement, depth: int) -> Iterator[Statement]:
        language, body = "plpgsql", -1
        for at, word in enumerate(outer.words):
            if outer[at - 1] == "LANGUAGE" and at > 1:
                language = _plain(word)
            elif strings.is_text(word) and body < 0:
                body = at
        if body >= 0 and language in _READ:
            yield from self._block(outer[body], _at(outer, outer.starts[body]), outer, "do", depth, ())
        elif body >= 0:
            yield _unread(outer, f"DO LANGUAGE {language}")

    def _text(self, text: str, outer: Statement, depth: int) -> Iterator[Statement]:
        read = lexis.lex(text)
        if read.broken or any(dynamic.unreadable(words) for words, _, _ in read.statements):
            yield _unread(outer, "EXECUTE")
        for words, _, _ in read.statements:
            made = Statement(words, [outer.start] * len(words), outer.start, outer.end, "dynamic")
            yield made
            yield from self._within(made, {}, depth + 1)

    def _block(
        self,
        word: str,
        at: Callable[[int], int],
        outer: Statement,
        inside: Inside,
        depth: int,
        arguments: Sequence[str],
    ) -> Iterator[Statement]:
        text, places = strings.content(word)
        read = lexis.lex(text)
        split = list(plpgsql.split(read))
        variables: Variables = {}
        if any(words[0] == "EXECUTE" for words, _, _ in split):
            whole = [words for words, _, _ in read.statements]
            variables = dynamic.assigned(whole, [words for words, _, _ in split], arguments)
        for words, starts, end in split:
            last = places[end - 1] + 1 if 0 < end <= len(places) else len(word)
            mapped = [at(places[start]) for start in starts]
            made = Statement(words, mapped, mapped[0], min(at(last), outer.end), inside)
            yield made
            yield from self._within(made, variables, depth + 1)
        # Conditions of IF and WHILE are no statements, and call functions too.
        for words, starts, _ in read.statements if self._made else ():
            mapped = [at(places[start]) for start in starts]
            yield from self._called(Statement(words, mapped, mapped[0], outer.end, inside), depth + 1)

    def _define(self, made: Statement) -> None:
        opened = next((at for at, word in enumerate(made.words) if word == "("), 0)
        closed = _closing(made.words, opened)
        language, body, atomic = "sql", 0, (0, 0)
        for at in range(closed, len(made)):
            if made[at] == "LANGUAGE" and not atomic[1]:
                language = _plain(made[at + 1])
            elif made[at] == "AS" and not body and made[at + 1] and strings.is_text(made[at + 1]):
                body = at + 1
            elif made.has(at, "BEGIN", "ATOMIC"):
                atomic = (at + 2, len(made))
        if opened > 0 and (body or atomic[1]):
            start = made.starts[body]
            found = _Function(made, language, made[body] if body else "", start, atomic, made.words[opened:closed])
            self._made.setdefault(_plain(made[opened - 1]), []).append(found)

    def _called(self, statement: Statement, depth: int) -> Iterator[Statement]:
        """What runs with a statement that calls one of them."""
        if statement[0] in _RUNS_NOTHING and not (statement[0] in ("CREATE", "ALTER") and statement[1] in _RUNS):
            return
        for at, word in enumerate(statement.words):
            if statement[at + 1] == "(" and (word[0].isalnum() or word[0] in '_"'):
                for each in self._made.pop(_plain(word), ()):
                    yield from self._body(each, depth)

    def _body(self, function: _Function, depth: int) -> Iterator[Statement]:
        made = function.made
        if function.language not in _READ:
            yield _unread(made, f"LANGUAGE {function.language}")
        elif function.body:
            at = _at(made, function.start)
            yield from self._block(function.body, at, made, "function", depth, function.arguments)
        else:
            begun, end = function.atomic
            for place in range(begun, end):
                if made[place] == ";" or (place == end - 1 and made[place] == "END"):
                    if begun < place:
                        words, starts = made.words[begun:place], made.starts[begun:place]
                        inner = Statement(words, starts, starts[0], made.starts[place], "function")
                        yield inner
                        yield from self._within(inner, {}, depth + 1)
                    begun = place + 1


def _unread(outer: Statement, what: str) -> Statement:
    return Statement((UNREAD, what), (outer.start,) * 2, outer.start, outer.end, outer.inside or "do")


def _plain(word: str) -> str:
    """A name, or a language, which may be quoted as a text too."""
    return word[1:-1].replace('""', '"') if word[:1] in ('"', "'") else word.lower()


def _closing(words: Sequence[str], at: int) -> int:
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place] == "(") - (words[place] == ")")
        if depth == 0:
            return place
    return len(words)


def _at(outer: Statement, start: int) -> Callable[[int], int]:
    """From a place in a string to one in the file; within a text that EXECUTE puts together there is one place only."""
    if outer.inside == "dynamic":
        return lambda _: outer.start
    return lambda place: start + place
