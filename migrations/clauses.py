"""What a statement is about, read from its words: names, lists, the actions of ALTER TABLE.

Squawk's parser has held each statement against PostgreSQL's grammar by then, so these read what is valid and need not tell
what is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from migrations import lexis
from migrations.statement import Statement

NEAR = 2**14
"""Statements that are kept as read: every rule asks for the same one, and so does whoever looks for the direction."""

_NEAR = frozenset(("(", ")", ",", "[", "]", ".", "::"))
_OPERATORS = frozenset(("||", "->", "->>", "#>", "#>>", "@>", "<@", "&&", "<=", ">=", "<>", "!=", "~*", "!~"))
_TEMPORARY = ("TEMP", "TEMPORARY", "GLOBAL", "LOCAL")


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One of the comma-separated parts of an ALTER."""

    words: Sequence[str]

    def __getitem__(self, at: int) -> str:
        try:
            return self.words[at]
        except IndexError:
            return ""

    def has(self, at: int, *words: str) -> bool:
        """Whether these words stand there."""
        return self[at] == words[0] and tuple(self.words[at : at + len(words)]) == words


@dataclass(frozen=True, slots=True)
class Alter:
    """ALTER TABLE and its like: `kind` is TABLE, VIEW, MATERIALIZED VIEW, INDEX, TYPE and so on."""

    kind: str
    name: str
    actions: Sequence[Action]


def name(words: Sequence[str], at: int) -> tuple[str, int]:
    """A name as PostgreSQL knows it, such as `public.users`, and where it ends."""
    parts = list[str]()
    while at < len(words):
        parts.append(folded(words[at]))
        if at + 2 < len(words) and words[at + 1] == ".":
            at += 2
            continue
        return ".".join(parts), at + 1
    return ".".join(parts), at


def folded(word: str) -> str:
    """Bare words are in lower case; what is quoted stays as it is, and keeps its quotes where it needs them."""
    if not word.endswith('"'):
        return lexis.lower(word)
    inner = word[word.index('"') + 1 : -1]
    bare = inner.replace("_", "a")
    return inner if bare.isascii() and bare.isalnum() and inner == inner.lower() and not inner[0].isdigit() else word


def written(words: Sequence[str]) -> str:
    """Words as SQL again, such as `numeric(10, 2)` or `a || b`. Their signs are single, so those of an operator are joined."""
    text = ""
    for word in words:
        near = not text or word in _NEAR or text[-1] in "([." or text.endswith("::")
        operator = text[-1:] + word in _OPERATORS or text[-2:] + word in _OPERATORS
        shown = word if word[-1] in "\"'" or word[0] == "$" else lexis.lower(word)
        text += shown if near or operator else f" {shown}"
    return text


def names(words: Sequence[str], at: int) -> list[str]:
    """A list of names, each with what may stand behind it: arguments of a function, a star."""
    found, depth = list[str](), 0
    while at < len(words):
        if words[at] == "ONLY":
            at += 1
        one, at = name(words, at)
        found.append(one)
        while at < len(words) and (depth or words[at] != ","):
            depth += (words[at] == "(") - (words[at] == ")")
            at += 1
        at += 1
    return found


def optional(words: Sequence[str], at: int) -> int:
    """Behind IF EXISTS or IF NOT EXISTS, if that stands here."""
    if at < len(words) and words[at] == "IF":
        return at + (3 if words[at + 1 : at + 2] == ["NOT"] or words[at + 1 : at + 2] == ("NOT",) else 2)
    return at


def closing(words: Sequence[str], at: int) -> int:
    """Where the parenthesis that opens here closes."""
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place] == "(") - (words[place] == ")")
        if depth == 0:
            return place
    return len(words)


def parts(words: Sequence[str], at: int, end: int | None = None) -> Iterator[tuple[int, int]]:
    """From and to of what commas separate, those within parentheses and brackets apart."""
    depth, begun, last = 0, at, len(words) if end is None else end
    for place in range(at, last):
        word = words[place]
        depth += (word in "([") - (word in ")]") if len(word) == 1 else 0
        if word == "," and depth == 0:
            yield begun, place
            begun = place + 1
    if begun < last:
        yield begun, last


@lru_cache(NEAR)
def alter(statement: Statement) -> Alter | None:
    """An ALTER of something that is named first; None for any other statement."""
    words = statement.words
    if statement[0] != "ALTER":
        return None
    at, kind = 2, statement[1]
    if kind in ("MATERIALIZED", "FOREIGN", "EVENT") or (kind == "TEXT" and statement[2] == "SEARCH"):
        kind, at = f"{kind} {statement[2]}", 3 if kind != "TEXT" else 4
    at = optional(words, at)
    if words[at : at + 1] and statement[at] == "ONLY":
        at += 1
    if statement.has(at, "ALL", "IN", "TABLESPACE"):
        return None
    enclosed = statement[at] == "("
    named, at = name(words, at + enclosed)
    at += enclosed
    if kind in ("FUNCTION", "PROCEDURE", "AGGREGATE", "ROUTINE") and statement[at] == "(":
        at = closing(words, at) + 1
    if kind in ("TRIGGER", "POLICY", "RULE") and statement[at] == "ON":
        named, at = name(words, at + 1)
    if statement[at] == "*":
        at += 1
    return Alter(kind, named, [Action(words[start:end]) for start, end in parts(words, at)])


@lru_cache(NEAR)
def created(statement: Statement) -> tuple[str, str, int, bool] | None:
    """What a CREATE makes: kind, name, where its name ends, and whether it surely is new then."""
    words = statement.words
    if statement[0] != "CREATE":
        return None
    at, sure = 1, True
    while statement[at] in (*_TEMPORARY, "UNLOGGED", "OR", "REPLACE", "UNIQUE", "RECURSIVE", "CONSTRAINT", "TRUSTED"):
        sure = sure and statement[at] != "REPLACE"
        at += 1
    kind = statement[at]
    at += 1
    if kind in ("MATERIALIZED", "FOREIGN", "EVENT"):
        kind, at = f"{kind} {statement[at]}", at + 1
    if statement[at] == "CONCURRENTLY":
        at += 1
    after = optional(words, at)
    sure = sure and after == at
    named, end = name(words, after)
    return kind, named, end, sure
