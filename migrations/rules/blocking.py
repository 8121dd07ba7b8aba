"""Statements that keep everybody waiting while they work."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

LOCK = Rule(
    "lock-table",
    "high",
    "LOCK TABLE",
    "Whoever needs the table waits until the transaction ends, and behind them everybody who comes later.",
    "Take it out: each statement takes the lock it needs. Where rows must not change meanwhile, lock those:\n"
    "  SELECT ... FROM {name} WHERE ... FOR UPDATE;",
)
REFRESH = Rule(
    "refresh-materialized-view",
    "high",
    "REFRESH MATERIALIZED VIEW without CONCURRENTLY",
    "Readers of the view wait until it is computed anew.",
    "With a unique index of the view, readers go on with the old rows meanwhile:\n"
    "  REFRESH MATERIALIZED VIEW CONCURRENTLY {name};",
)
VACUUM = Rule(
    "vacuum-full",
    "high",
    "VACUUM FULL",
    "The whole table is written anew under an ACCESS EXCLUSIVE lock: readers and writers wait, and it needs the space twice.",
    "Plain VACUUM makes room for new rows without that lock; pg_repack gives the space back beside everybody's work:\n"
    "  VACUUM (ANALYZE) {name};",
)
CLUSTER = Rule(
    "cluster",
    "high",
    "CLUSTER",
    "The whole table is written anew under an ACCESS EXCLUSIVE lock: readers and writers wait, and it needs the space twice.",
    "Take it out, or let pg_repack order the rows beside everybody's work (pg_repack --table {name} --order-by ...).",
)
LOGGED = Rule(
    "set-logged",
    "high",
    "SET LOGGED or UNLOGGED",
    "The whole table is written anew, and into the log, under an ACCESS EXCLUSIVE lock; an unlogged one is empty after a crash.",
    "Make a table that is as it shall be, copy the rows in batches while the code writes both, and change over to it:\n"
    "  CREATE TABLE {bare}_new (LIKE {name} INCLUDING ALL);",
)
MOVE = Rule(
    "move-table",
    "high",
    "a table moved to another tablespace or access method",
    "The whole table is written anew under an ACCESS EXCLUSIVE lock: readers and writers wait.",
    "Make a table that is as it shall be, copy the rows in batches while the code writes both, and change over to it:\n"
    "  CREATE TABLE {bare}_new (LIKE {name} INCLUDING ALL);",
)
MOVE_INDEX = Rule(
    "move-table",
    "high",
    "an index moved to another tablespace",
    "The whole index is copied under an ACCESS EXCLUSIVE lock: readers and writers of the table wait.",
    "Build it anew there beside everybody's work, in a file of its own that runs in no transaction:\n"
    "  REINDEX (TABLESPACE ..., CONCURRENTLY) INDEX {name};",
)
ATTACH = Rule(
    "attach-partition",
    "high",
    "ATTACH PARTITION of a table with rows",
    "All its rows, and those of the default partition, are read under an ACCESS EXCLUSIVE lock to see that they belong there.",
    "Prove it first without that lock; ATTACH then reads no row:\n"
    "  ALTER TABLE {part} ADD CONSTRAINT {part_bare}_bounds CHECK (...) NOT VALID;\n"
    "  ALTER TABLE {part} VALIDATE CONSTRAINT {part_bare}_bounds;\n"
    "  ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES ...;",
)
DETACH = Rule(
    "detach-partition",
    "high",
    "DETACH PARTITION without CONCURRENTLY",
    "Readers and writers of the whole partitioned table wait behind its ACCESS EXCLUSIVE lock.",
    "In a file of its own that runs in no transaction:\n  ALTER TABLE {name} DETACH PARTITION {part} CONCURRENTLY;",
)
RULES = (LOCK, REFRESH, VACUUM, CLUSTER, LOGGED, MOVE, ATTACH, DETACH)

_MILD = (["ACCESS", "SHARE", "MODE"], ["ROW", "SHARE", "MODE"], ["ROW", "EXCLUSIVE", "MODE"])
_OFF = ("FALSE", "OFF", "0", "'FALSE'", "'OFF'")


def locked(statement: Statement, context: Context) -> Iterator[Danger]:
    """LOCK, in a mode that keeps a reader or writer out."""
    words = [word for word in statement.words if word != "NOWAIT"]
    mode = words[words.index("IN") + 1 :] if "IN" in words else []
    names = clauses.names(words, 2 if statement[1] == "TABLE" else 1)
    first = names[0] if names else ""
    if mode not in _MILD and not (names and all(name in context.new for name in names)):
        yield Danger(LOCK, {"name": first})


def refreshed(statement: Statement, context: Context) -> Iterator[Danger]:
    """REFRESH MATERIALIZED VIEW."""
    name = clauses.name(statement.words, 3)[0]
    if statement[3] != "CONCURRENTLY" and name not in context.new:
        yield Danger(REFRESH, {"name": name})


def vacuumed(statement: Statement, context: Context) -> Iterator[Danger]:
    """VACUUM FULL, as a word or among the options."""
    at, full = 1, statement[1] == "FULL"
    if statement[1] == "(":
        at = clauses.closing(statement.words, 1) + 1
        options = list(statement.words[2 : at - 1])
        full = "FULL" in options and options[options.index("FULL") + 1 :][:1] not in [[off] for off in _OFF]
    while statement[at] in ("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE"):
        at += 1
    name = clauses.name(statement.words, at)[0]
    if full and name not in context.new:
        yield Danger(VACUUM, {"name": name})


def clustered(statement: Statement, context: Context) -> Iterator[Danger]:
    """CLUSTER."""
    at = clauses.closing(statement.words, 1) + 1 if statement[1] == "(" else 1
    name = clauses.name(statement.words, at + (statement[at] == "VERBOSE"))[0]
    if name not in context.new:
        yield Danger(CLUSTER, {"name": name})


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """The actions of ALTER TABLE that write it anew or read it whole."""
    change = clauses.alter(statement)
    if statement.has(2, "ALL", "IN", "TABLESPACE") or statement.has(3, "ALL", "IN", "TABLESPACE"):
        yield Danger(MOVE, {"name": "...", "bare": "..."})
    if change and change.kind == "INDEX" and any(action.has(0, "SET", "TABLESPACE") for action in change.actions):
        yield Danger(MOVE_INDEX, {"name": change.name})
    if change is None or change.kind not in ("TABLE", "MATERIALIZED VIEW") or change.name in context.new:
        return
    names = {"name": change.name, "bare": change.name.rpartition(".")[2]}
    for action in change.actions:
        if action[0] == "SET" and action[1] in ("LOGGED", "UNLOGGED"):
            yield Danger(LOGGED, names)
        elif action.has(0, "SET", "TABLESPACE") or action.has(0, "SET", "ACCESS"):
            yield Danger(MOVE, names)
        elif action[0] in ("ATTACH", "DETACH") and action[1] == "PARTITION":
            part = clauses.name(action.words, 2)[0]
            both = {**names, "part": part, "part_bare": part.rpartition(".")[2]}
            if action[0] == "ATTACH":
                if part not in context.new:
                    yield Danger(ATTACH, both)
            elif action.words[-1] not in ("CONCURRENTLY", "FINALIZE"):
                yield Danger(DETACH, both)
