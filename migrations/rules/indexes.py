"""Indexes of a table in use: made, dropped, made anew."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

CREATE = Rule(
    "index-not-concurrently",
    "high",
    "CREATE INDEX without CONCURRENTLY",
    "Writers of the table wait until the index is built.",
    "Build it beside everybody's work, in a file of its own that runs in no transaction:\n"
    "  CREATE {unique}INDEX CONCURRENTLY {name} ON {table} (...);",
)
DROP = Rule(
    "drop-index-not-concurrently",
    "high",
    "DROP INDEX without CONCURRENTLY",
    "Readers and writers of the table wait behind its ACCESS EXCLUSIVE lock, which itself waits for all who are at work.",
    "Let go of it beside everybody's work, in a file of its own that runs in no transaction:\n"
    "  DROP INDEX CONCURRENTLY {name};",
)
REINDEX = Rule(
    "reindex-not-concurrently",
    "high",
    "REINDEX without CONCURRENTLY",
    "Writers wait until the index is built anew, and so do readers that would use it.",
    "Build it anew beside everybody's work, in a file of its own that runs in no transaction:\n"
    "  REINDEX {kind} CONCURRENTLY {name};",
)
RULES = (CREATE, DROP, REINDEX)


def created(statement: Statement, context: Context) -> Iterator[Danger]:
    """CREATE INDEX on a table that was there before. ON ONLY a partitioned one builds nothing."""
    made = clauses.created(statement)
    if made is None or made[0] != "INDEX" or "CONCURRENTLY" in statement.words[:4]:
        return
    on = statement.words.index("ON") if "ON" in statement.words else len(statement)
    if statement[on + 1] == "ONLY":
        return
    table = clauses.name(statement.words, on + 1)[0]
    if table not in context.new:
        unique = "UNIQUE " if statement[1] == "UNIQUE" else ""
        name = made[1] if made[1] != "on" else f"{table.rpartition('.')[2]}_idx"
        yield Danger(CREATE, {"unique": unique, "name": name, "table": table})


def dropped(statement: Statement, _: Context) -> Iterator[Danger]:
    """DROP INDEX."""
    if statement[1] == "INDEX" and statement[2] != "CONCURRENTLY":
        names = clauses.names(statement.words, clauses.optional(statement.words, 2))
        yield Danger(DROP, {"name": names[0] if names else ""})


def reindexed(statement: Statement, context: Context) -> Iterator[Danger]:
    """REINDEX, with the word behind the kind or among the options."""
    at = 1
    if statement[1] == "(":
        at = clauses.closing(statement.words, 1) + 1
        options = list(statement.words[2 : at - 1])
        if "CONCURRENTLY" in options and options[options.index("CONCURRENTLY") + 1 :][:1] not in (
            ["FALSE"],
            ["OFF"],
            ["0"],
        ):
            return
    if statement[at + 1] != "CONCURRENTLY":
        name = clauses.name(statement.words, at + 1)[0]
        if name not in context.new:
            yield Danger(REINDEX, {"kind": statement[at], "name": name})
