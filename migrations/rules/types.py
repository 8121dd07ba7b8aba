"""Types of columns that are a trap."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules import column
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

JSON = Rule(
    "json-column",
    "medium",
    "a column of type json",
    "json has no equality: DISTINCT, GROUP BY and UNION of the row fail, in code that never names the column; and no index helps.",
    "Write jsonb:\n  ALTER TABLE {table} ADD COLUMN {column} jsonb;",
)
RULES = (JSON,)


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TABLE ... ADD COLUMN of a table that code uses already; a change of type has that rule's finding."""
    change = clauses.alter(statement)
    if change is None or change.kind not in ("TABLE", "FOREIGN TABLE") or change.name in context.new:
        return
    for action in change.actions:
        if new := column.added(action):
            yield from _of(change.name, new)


def _of(table: str, new: column.Column) -> Iterator[Danger]:
    of_type = [word for word in new.type if word not in ("PG_CATALOG", ".")]
    if of_type[:1] and of_type[0].strip('"').upper() == "JSON":
        yield Danger(JSON, {"table": table, "column": new.name})
