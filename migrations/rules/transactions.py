"""What depends on the transaction and its limits."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import TABLES, Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

CONCURRENTLY = Rule(
    "concurrently-in-transaction",
    "medium",
    "a statement that cannot run in a transaction",
    "It fails, always: what works beside everybody commits by itself.",
    "Write it into a file of its own, alone, without BEGIN. Atlas needs '-- atlas:txmode none' as that file's first line.",
)
ENUM = Rule(
    "enum-value-in-transaction",
    "medium",
    "ALTER TYPE ... ADD VALUE in a transaction",
    "The value cannot be used before the transaction has committed: whatever else in it uses the value fails.",
    "Write it into a file of its own, alone, without BEGIN:\n  ALTER TYPE {name} ADD VALUE IF NOT EXISTS {value};",
)
LOCK_TIMEOUT = Rule(
    "no-lock-timeout",
    "medium",
    "no lock_timeout before a lock that others wait for",
    "It waits for whoever is at work on the table, and everybody who comes later waits behind it, for as long as that takes.",
    "Write this into the file's first line; a migration that gives up is run again:\n  SET lock_timeout = '5s';",
)
STATEMENT_TIMEOUT = Rule(
    "no-statement-timeout",
    "medium",
    "no statement_timeout before a statement that may take long",
    "It holds its locks for as long as it takes, on more rows than anybody tried it with.",
    "Write this into the file's first line:\n  SET statement_timeout = '15min';",
)
RULES = (CONCURRENTLY, ENUM, LOCK_TIMEOUT, STATEMENT_TIMEOUT)

_ALTERED = ("TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "VIEW", "INDEX")
_DROPPED = ("TABLE", "VIEW", "MATERIALIZED", "FOREIGN", "TRIGGER", "SCHEMA", "POLICY", "RULE")
_CREATED = ("TRIGGER", "POLICY", "RULE", "INDEX")


def concurrently(statement: Statement, context: Context) -> Iterator[Danger]:
    """What commits by itself, within BEGIN, a block, or a tool's transaction."""
    if context.in_transaction(statement) and _alone(statement):
        yield Danger(CONCURRENTLY)


def _alone(statement: Statement) -> bool:
    first, words = statement[0], statement.words
    if first == "VACUUM" or (first in ("CREATE", "DROP") and statement[1] in ("DATABASE", "TABLESPACE")):
        return True
    if first == "REINDEX":
        return "CONCURRENTLY" in words or any(word in ("SCHEMA", "DATABASE", "SYSTEM") for word in words[1:])
    if first == "ALTER":
        return words[-1] == "CONCURRENTLY" or statement[1] == "SYSTEM"
    return "CONCURRENTLY" in words[1:4] and "INDEX" in words[1:3]


def enum_value(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TYPE ... ADD VALUE."""
    change = clauses.alter(statement)
    if change and change.kind == "TYPE" and context.in_transaction(statement):
        for action in change.actions:
            if action.has(0, "ADD", "VALUE"):
                value = action[clauses.optional(action.words, 2)]
                yield Danger(ENUM, {"name": change.name, "value": value})


def unlimited(statement: Statement, context: Context) -> Iterator[Danger]:
    """Once a file, at the first lock that others wait for."""
    if {LOCK_TIMEOUT.id, STATEMENT_TIMEOUT.id} <= context.told or not _locks(statement, context):
        return
    for rule, limited in ((LOCK_TIMEOUT, context.lock_timeout), (STATEMENT_TIMEOUT, context.statement_timeout)):
        if not limited and rule.id not in context.told:
            context.told.add(rule.id)
            yield Danger(rule)


def _locks(statement: Statement, context: Context) -> bool:
    """Whether somebody waits for it, on a table that was there before. What works beside everybody must not be cut short."""
    first, words = statement[0], statement.words
    if first == "ALTER":
        change = clauses.alter(statement)
        if change is None or change.kind not in _ALTERED or words[-1] == "CONCURRENTLY":
            return False
        return change.name not in context.new
    if first in ("TRUNCATE", "LOCK", "CLUSTER"):
        at = 2 if statement[1] == "TABLE" else 1
        return not all(name in context.new for name in clauses.names(words, at))
    if first == "DROP":
        if statement[1] == "INDEX":
            return statement[2] != "CONCURRENTLY"
        if statement[1] not in _DROPPED:
            return False
        at = 3 if statement[1] in ("MATERIALIZED", "FOREIGN") else 2
        if "ON" in words:
            return clauses.name(words, words.index("ON") + 1)[0] not in context.new
        return not all(name in context.new for name in clauses.names(words, clauses.optional(words, at)))
    if first == "REINDEX":
        return "CONCURRENTLY" not in words
    if first == "REFRESH":
        return statement[3] != "CONCURRENTLY" and clauses.name(words, 3)[0] not in context.new
    if first == "VACUUM":
        return "FULL" in words
    if first == "CREATE":
        made = clauses.created(statement)
        if made is None:
            return False
        if made[0] in _CREATED and "CONCURRENTLY" not in words[:4] and "ON" in words:
            at = words.index("ON") + 1
            return clauses.name(words, at + (statement[at] == "ONLY"))[0] not in context.new
        if made[0] == "TABLE" and statement.has(made[2], "PARTITION", "OF"):
            return clauses.name(words, made[2] + 2)[0] not in context.new
        if made[0] in TABLES and "REFERENCES" in words:
            return any(
                clauses.name(words, at + 1)[0] not in context.new | {made[1]}
                for at, word in enumerate(words)
                if word == "REFERENCES"
            )
    return False
