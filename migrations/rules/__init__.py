"""One function a rule: from a statement, and what is known of its file, to what is dangerous about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations.context import Context
from migrations.dynamic import UNREAD
from migrations.rules import (
    blocking,
    columns,
    constraints,
    drops,
    indexes,
    renames,
    rows,
    security,
    transactions,
    types,
    unreadable,
)
from migrations.rules.rule import Danger
from migrations.statement import Statement

Judged = tuple[Statement, list[Danger]]

BY_FIRST_WORD = {
    "ALTER": (drops.altered, columns.altered, constraints.altered, renames.altered, types.altered, blocking.altered,
              security.altered, unreadable.strings, transactions.enum_value, transactions.concurrently),
    "DROP": (drops.dropped, indexes.dropped, transactions.concurrently),
    "TRUNCATE": (drops.truncated,),
    "CREATE": (indexes.created, rows.changed, security.created, transactions.concurrently),
    "REINDEX": (indexes.reindexed, transactions.concurrently),
    "LOCK": (blocking.locked,),
    "REFRESH": (blocking.refreshed,),
    "VACUUM": (blocking.vacuumed, transactions.concurrently),
    "CLUSTER": (blocking.clustered,),
    "REVOKE": (drops.revoked,),
    "REASSIGN": (security.reassigned,),
    "UPDATE": (rows.changed,),
    "DELETE": (rows.changed,),
    "WITH": (rows.changed,),
    "EXPLAIN": (rows.changed,),
    "PREPARE": (rows.changed,),
    "INSERT": (rows.changed,),
    "MERGE": (rows.changed,),
    "COPY": (rows.changed, unreadable.programs),
    "SELECT": (rows.changed, unreadable.strings, unreadable.called),
    "PERFORM": (unreadable.strings, unreadable.called),
    "SET": (unreadable.strings,),
    "(": (rows.changed,),
    UNREAD: (unreadable.found,),
}  # fmt: skip


def judge(statement: Statement, context: Context) -> Iterator[Danger]:
    """Everything that is dangerous about a statement where it stands. The context follows it afterwards."""
    for rule in BY_FIRST_WORD.get(statement[0], ()):
        yield from rule(statement, context)
    yield from transactions.unlimited(statement, context)


def judged(read: Sequence[Statement], context: Context | None = None) -> list[Judged]:
    """All statements of a file in their order, each with what is dangerous about it."""
    known = context or Context()
    made = list[Judged]()
    for statement in read:
        made.append((statement, list(judge(statement, known))))
        known.follow(statement)
    return made
