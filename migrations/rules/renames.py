"""What gets another name, which the code in use does not know."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement
from model.findings import Severity

TABLE = Rule(
    "rename-table",
    "high",
    "a table renamed",
    "The code in use fails on every query of the old name, and the new code on every one of the new name before.",
    "Leave the old name as a view, in the same transaction, until no code uses it; drop the view in a later release:\n"
    "  ALTER TABLE {table} {change};\n"
    "  CREATE VIEW {table} AS SELECT * FROM {to};",
)
COLUMN = Rule(
    "rename-column",
    "high",
    "a column renamed",
    "The code in use fails on every query that names the old one, and the new code on every one of the new name before.",
    "Expand and contract: a second column, which the code writes beside the old one:\n"
    "  ALTER TABLE {table} ADD COLUMN {to} ...;\n"
    "  UPDATE {table} SET {to} = {column} WHERE {to} IS NULL AND id BETWEEN 1 AND 1000;\n"
    "then code that reads {to}, and in a later release\n"
    "  ALTER TABLE {table} DROP COLUMN {column};",
)
OTHER = Rule(
    "rename-other",
    "high",
    "something renamed that code may name",
    "The code in use fails wherever it names the old one.",
    "Expand and contract: make the new one beside the old, release code that uses it, drop the old in a later release. A value\n"
    "of an enum is added, not renamed:\n"
    "  ALTER TYPE {table} ADD VALUE '...';",
)
RULES = (TABLE, COLUMN, OTHER)

_TABLES = ("TABLE", "FOREIGN TABLE")
_VIEWS = ("VIEW", "MATERIALIZED VIEW")
_OTHERS: dict[str, Severity] = {
    "VIEW": "high", "MATERIALIZED VIEW": "high", "TYPE": "high", "DOMAIN": "high", "SCHEMA": "high", "SEQUENCE": "high",
    "FUNCTION": "high", "PROCEDURE": "high", "ROUTINE": "high", "AGGREGATE": "high", "DATABASE": "high", "ROLE": "high",
    "USER": "high", "GROUP": "high", "COLLATION": "high", "SERVER": "high", "TEXT SEARCH": "high", "LANGUAGE": "high",
    "PUBLICATION": "high", "SUBSCRIPTION": "high", "EXTENSION": "high",
}  # fmt: skip
"""Indexes, triggers, policies and rules are not here: no query names them."""


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """RENAME and SET SCHEMA of what was there before. A constraint's name stands in ON CONFLICT ON CONSTRAINT."""
    change = clauses.alter(statement)
    if change is None or change.name in context.sure:
        return
    relation = change.kind in (*_TABLES, *_VIEWS)
    for action in change.actions:
        names = {"table": change.name}
        if action.has(0, "SET", "SCHEMA") or action.has(0, "RENAME", "TO"):
            moved = action[0] == "SET"
            to = clauses.folded(action[2])
            schema, _, bare = change.name.rpartition(".")
            where = f"{to}.{bare}" if moved else f"{schema}.{to}" if schema else to
            if change.kind in _TABLES:
                said = f"SET SCHEMA {to}" if moved else f"RENAME TO {to}"
                yield Danger(TABLE, {**names, "change": said, "to": where})
            elif change.kind in _OTHERS:
                yield Danger(OTHER, names, _OTHERS[change.kind])
        elif action[0] == "RENAME" and action[1] in ("VALUE", "ATTRIBUTE", "CONSTRAINT"):
            yield Danger(OTHER, names)
        elif action[0] == "RENAME" and relation:
            at = 2 if action[1] == "COLUMN" and action[2] != "TO" else 1
            yield Danger(COLUMN, {**names, "column": clauses.folded(action[at]), "to": clauses.folded(action[at + 2])})
