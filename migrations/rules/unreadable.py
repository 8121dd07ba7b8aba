"""What nobody can judge before it runs: SQL that is put together then, or that stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

UNREADABLE = Rule(
    "unreadable-sql",
    "high",
    "SQL that cannot be read before it runs",
    "What it does to the tables, and which code that suits, is known only when it has done it.",
    "Write the statements out, or give EXECUTE texts in which no more than names are unknown. psql's \\i, \\gexec, \\c, \\! and\n"
    "bare variables (:name rather than :\"name\" or :'name') run what is not in this file. Where it must be, answer for it:\n"
    "  -- slipway:ignore unreadable-sql owner=... reason=...",
)
RULES = (UNREADABLE,)

_STRINGS = "STANDARD_CONFORMING_STRINGS"
_REMOTE = ("DBLINK", "DBLINK_EXEC", "DBLINK_SEND_QUERY")
_ON = ("ON", "TRUE", "'on'", "'true'", "1", "'1'", "YES", "'yes'")


def found(statement: Statement, _: Context) -> Iterator[Danger]:
    """What stands for a text that could not be read."""
    yield Danger(UNREADABLE)


def strings(statement: Statement, _: Context) -> Iterator[Danger]:
    """With standard_conforming_strings off a backslash hides a quote: what follows is another text than the one read here."""
    words = statement.words
    for at, word in enumerate(words):
        if word.strip("\"'").upper() == _STRINGS and (at == 0 or words[at - 1] != "RESET"):
            rest = [each for each in words[at + 1 :] if each not in ("=", "TO", ",")]
            if not rest or rest[0].lower() not in map(str.lower, _ON):
                yield Danger(UNREADABLE)


def called(statement: Statement, _: Context) -> Iterator[Danger]:
    """Functions that run a text on another server."""
    words = statement.words
    if any(word in _REMOTE and statement[at + 1] == "(" for at, word in enumerate(words)):
        yield Danger(UNREADABLE)


def programs(statement: Statement, _: Context) -> Iterator[Danger]:
    """COPY ... PROGRAM runs a command of the server's shell."""
    if "PROGRAM" in statement.words:
        yield Danger(UNREADABLE)
