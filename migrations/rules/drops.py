"""What is taken away: data that nobody brings back, and what the code in use still names."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

TABLE = Rule(
    "drop-table",
    "critical",
    "DROP TABLE",
    "The rows are gone at once, and the code in use, old and new side by side, fails on every query of the table.",
    "Contract in a later release, when no code names it any more. First keep it aside and see that nothing misses it:\n"
    "  ALTER TABLE {name} RENAME TO {bare}_dropped;\n"
    "and in a release after that, with the label and a DBA's approval:\n"
    "  DROP TABLE {kept};",
)
SCHEMA = Rule(
    "drop-schema",
    "critical",
    "DROP SCHEMA",
    "With CASCADE all tables of the schema and their rows are gone at once; the code in use fails on what it names there.",
    "Drop what is in it one by one, each when no code names it any more, and the empty schema last, without CASCADE:\n"
    "  DROP SCHEMA {name} RESTRICT;",
)
OWNED = Rule(
    "drop-schema",
    "critical",
    "DROP OWNED",
    "Everything that the role owns in this database is gone at once, tables with their rows among it.",
    "Hand it over instead, then the role can go:\n  REASSIGN OWNED BY {name} TO successor;",
)
DATABASE = Rule(
    "drop-database",
    "critical",
    "DROP DATABASE",
    "The whole database is gone at once, and no migration brings it back.",
    "A migration never drops a database. Take it out of 'databases' in services.yaml, with a backup kept.",
)
COLUMN = Rule(
    "drop-column",
    "critical",
    "DROP COLUMN",
    "The values are gone at once, and the code in use, which selects and writes the column, fails until it is replaced.",
    "Expand and contract: first release code that neither reads nor writes {column}; where it is required, let it go empty:\n"
    "  ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;\n"
    "and in a release after that, with the label and a DBA's approval:\n"
    "  ALTER TABLE {table} DROP COLUMN {column};",
)
TRUNCATE = Rule(
    "truncate",
    "critical",
    "TRUNCATE",
    "All rows are gone at once, and with CASCADE those of every table that refers to it; readers wait meanwhile.",
    "Delete what is too much, in batches that a condition bounds, and keep a copy until nobody misses it:\n"
    "  DELETE FROM {name} WHERE id BETWEEN 1 AND 1000;",
)
VIEW = Rule(
    "drop-view",
    "high",
    "DROP VIEW",
    "The code in use that reads the view fails on every query of it.",
    "Release code that does not read it first, then drop it in a later release. To change it, keep its columns:\n"
    "  CREATE OR REPLACE VIEW {name} AS SELECT ...;\n"
    "or give the new one another name, {bare}_2, beside it.",
)
FUNCTION = Rule(
    "drop-function",
    "high",
    "DROP FUNCTION",
    "The code in use that calls it fails; with CASCADE the triggers, defaults and policies that call it are gone too.",
    "Release code that does not call it first, then drop it in a later release, without CASCADE. To change it:\n"
    "  CREATE OR REPLACE FUNCTION {name}(...) ...;",
)
TYPE = Rule(
    "drop-type",
    "high",
    "DROP TYPE",
    "The code in use that casts to the type fails; with CASCADE every column of the type is gone, with its values.",
    "Expand and contract: give the columns another type beside the old, release code that uses it, drop the columns, and the\n"
    "type last, without CASCADE:\n"
    "  DROP TYPE {name} RESTRICT;",
)
TRIGGER = Rule(
    "drop-trigger",
    "high",
    "DROP TRIGGER",
    "What the trigger kept true is no longer kept for the code in use, and all queries of the table wait for the lock.",
    "Release code that does the trigger's work itself first. To change it, leave no moment without it (PostgreSQL 14):\n"
    "  CREATE OR REPLACE TRIGGER {name} ...;",
)
OTHER = Rule(
    "drop-other",
    "high",
    "DROP of something that code may rely on",
    "The code in use that relies on it fails; with CASCADE what depends on it is gone too.",
    "Release code that does not rely on it first, then drop it in a later release, without CASCADE.",
)
REVOKE = Rule(
    "revoke",
    "high",
    "REVOKE",
    "The code in use that needs the right fails with 'permission denied' on its next query.",
    "Release code that does not need it first. To narrow it, take the right and give the narrower one in one transaction, in this\n"
    "order, as REVOKE takes the rights on the columns too:\n"
    "  REVOKE SELECT ON ... FROM ...;\n"
    "  GRANT SELECT (...) ON ... TO ...;",
)
DISABLE = Rule(
    "drop-trigger",
    "high",
    "DISABLE TRIGGER or RULE",
    "What it kept true is no longer kept for the code in use, and with ALL or with those of foreign keys rows refer to nothing.",
    "Release code that does its work itself first, then drop it. Rows that shall go past it are written by a session that says so:\n"
    "  SET LOCAL session_replication_role = replica;",
)
LEAVE = Rule(
    "drop-other",
    "high",
    "NO INHERIT",
    "The code in use that reads the parent no longer finds the rows of this table there.",
    "Release code that reads the table itself first, then take it out in a later release.",
)
RULES = (TABLE, SCHEMA, DATABASE, COLUMN, TRUNCATE, VIEW, FUNCTION, TYPE, TRIGGER, OTHER, REVOKE)

_KINDS = {
    "TABLE": TABLE, "FOREIGN TABLE": TABLE, "SCHEMA": SCHEMA, "DATABASE": DATABASE, "VIEW": VIEW, "MATERIALIZED VIEW": VIEW,
    "FUNCTION": FUNCTION, "PROCEDURE": FUNCTION, "ROUTINE": FUNCTION, "AGGREGATE": FUNCTION, "OPERATOR": FUNCTION,
    "TYPE": TYPE, "DOMAIN": TYPE, "TRIGGER": TRIGGER, "EVENT TRIGGER": TRIGGER, "OWNED": OWNED,
    "SEQUENCE": OTHER, "EXTENSION": OTHER, "POLICY": OTHER, "RULE": OTHER, "ROLE": OTHER, "USER": OTHER, "GROUP": OTHER,
    "CAST": OTHER, "COLLATION": OTHER, "SERVER": OTHER, "PUBLICATION": OTHER, "SUBSCRIPTION": OTHER, "LANGUAGE": OTHER,
    "TEXT": OTHER, "CONVERSION": OTHER, "TABLESPACE": OTHER, "ACCESS": OTHER, "TRANSFORM": OTHER, "PROCEDURAL": OTHER,
    "FOREIGN DATA": OTHER,
}  # fmt: skip
_NOT_COLUMNS = ("CONSTRAINT", "EXPRESSION", "IDENTITY", "DEFAULT", "NOT")


def dropped(statement: Statement, context: Context) -> Iterator[Danger]:
    """DROP of anything but an index."""
    at, kind = 2, statement[1]
    if kind in ("MATERIALIZED", "FOREIGN", "EVENT"):
        kind, at = f"{kind} {statement[2]}", 3
    rule = _KINDS.get(kind)
    if rule is None:
        return
    if rule is OWNED:
        at += 1
    names = clauses.names(statement.words, clauses.optional(statement.words, at))
    if not names:
        return
    if rule is TABLE and all(name in context.sure for name in names):
        return
    if rule is VIEW and all(name in context.sure for name in names):
        return
    if rule in (TRIGGER, OTHER) and "ON" in statement.words:
        table = clauses.name(statement.words, statement.words.index("ON") + 1)[0]
        if table in context.new:
            return
    shown = ", ".join(names)
    takes_columns = "CASCADE" in statement.words and (rule is TYPE or kind == "EXTENSION")
    bare = names[0].rpartition(".")[2]
    told = {
        "name": names[0] if rule is TABLE else shown,
        "bare": bare,
        "kept": f"{names[0][: -len(bare)]}{bare}_dropped",
    }
    yield Danger(rule, told, "critical" if takes_columns else None)


def truncated(statement: Statement, context: Context) -> Iterator[Danger]:
    """TRUNCATE. Rows that this file has put into a table of its own are nobody's loss."""
    names = clauses.names(statement.words, 2 if statement[1] == "TABLE" else 1)
    if not all(name in context.sure for name in names) or "CASCADE" in statement.words:
        yield Danger(TRUNCATE, {"name": names[0] if names else ""})


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER ... DROP COLUMN, and DROP ATTRIBUTE of a type, which tables may be made of."""
    change = clauses.alter(statement)
    if change is None or change.kind not in ("TABLE", "FOREIGN TABLE", "TYPE") or change.name in context.sure:
        return
    for action in change.actions:
        if action[0] == "DISABLE" and action[1] in ("TRIGGER", "RULE"):
            yield Danger(DISABLE, {"table": change.name})
        elif action.has(0, "NO", "INHERIT"):
            yield Danger(LEAVE, {"table": change.name})
        if action[0] != "DROP" or (action[1] in _NOT_COLUMNS and len(action.words) > 2):
            continue
        at = clauses.optional(action.words, 2 if action[1] in ("COLUMN", "ATTRIBUTE") and len(action.words) > 2 else 1)
        yield Danger(COLUMN, {"table": change.name, "column": clauses.folded(action[at])})


def revoked(statement: Statement, context: Context) -> Iterator[Danger]:
    """REVOKE, but of what nobody can have had: rights on a table that this file makes."""
    if "ON" in statement.words:
        at = statement.words.index("ON") + 1
        if clauses.name(statement.words, at + (statement[at] == "TABLE"))[0] in context.new:
            return
    yield Danger(REVOKE)
