"""Constraints of a table in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations import clauses
from migrations.context import Context
from migrations.rules import column
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

NOT_VALID = Rule(
    "constraint-not-valid",
    "high",
    "a constraint without NOT VALID",
    "All rows are read under a lock that makes writers wait (with CHECK readers too), and one that breaks it fails everything.",
    "Let it hold for new rows at once, and prove the old ones without that lock, in a transaction of its own:\n"
    "{first}"
    "  ALTER {what} {table} ADD CONSTRAINT {name} {kind} NOT VALID;\n"
    "  ALTER {what} {table} VALIDATE CONSTRAINT {name};",
)
UNIQUE = Rule(
    "unique-constraint",
    "high",
    "a key whose index is built under lock",
    "Readers and writers wait under an ACCESS EXCLUSIVE lock until the index is built.",
    "Build the index beside everybody's work, then make it the constraint's, which takes a moment:\n"
    "{first}"
    "  CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns});\n"
    "  ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name};",
)
EXCLUDE = Rule(
    "unique-constraint",
    "high",
    "EXCLUDE, whose index is built under lock",
    "Readers and writers wait under an ACCESS EXCLUSIVE lock until the index is built, for which there is no CONCURRENTLY.",
    "Make a table that has it, copy the rows in batches while the code writes both, and change over to it:\n"
    "  CREATE TABLE {bare}_new (LIKE {table} INCLUDING ALL);\n"
    "  ALTER TABLE {bare}_new ADD CONSTRAINT {name} EXCLUDE ...;",
)
DROP = Rule(
    "drop-constraint",
    "medium",
    "DROP CONSTRAINT",
    "The code in use may rely on it (ON CONFLICT needs a unique one), rows that break it come in, and the table is locked.",
    "Release code that does not rely on it first, then drop it. To change it, add the new one beside the old before:\n"
    "  ALTER TABLE {table} ADD CONSTRAINT {name}_2 ... NOT VALID;\n"
    "  ALTER TABLE {table} VALIDATE CONSTRAINT {name}_2;\n"
    "  ALTER TABLE {table} DROP CONSTRAINT {name};",
)
RULES = (NOT_VALID, UNIQUE, DROP)


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TABLE and ALTER DOMAIN of what was there before."""
    change = clauses.alter(statement)
    if change is None or change.kind not in ("TABLE", "FOREIGN TABLE", "DOMAIN") or change.name in context.new:
        return
    bare = change.name.rpartition(".")[2]
    for action in change.actions:
        names = {"table": change.name, "what": "DOMAIN" if change.kind == "DOMAIN" else "TABLE", "first": ""}
        at = column.constraint(action)
        if action.has(0, "DROP", "CONSTRAINT"):
            name = clauses.folded(action[clauses.optional(action.words, 2)])
            yield Danger(DROP, {**names, "name": name})
        elif at is not None and change.kind != "DOMAIN":
            named = clauses.folded(action[2]) if at == 3 else ""
            yield from _constraint(names, bare, named, action.words[at:])
        elif at is not None and action[at] == "CHECK" and tuple(action.words[-2:]) != ("NOT", "VALID"):
            name = clauses.folded(action[2]) if at == 3 else f"{bare}_check"
            yield Danger(NOT_VALID, {**names, "name": name, "kind": "CHECK (...)"})
        elif change.kind != "DOMAIN" and (new := column.added(action)):
            yield from _of_column(names, bare, new)
        elif action.has(0, "VALIDATE", "CONSTRAINT"):
            name = clauses.folded(action[2])
            if (change.name, name) in context.added and context.in_transaction(statement):
                # The lock that ADD has taken is held until the end of the transaction.
                yield Danger(NOT_VALID, {**names, "name": name, "kind": "..."})


def _constraint(names: dict[str, str], bare: str, named: str, words: Sequence[str]) -> Iterator[Danger]:
    kind = words[0] if words else ""
    tail = list(words)
    if kind in ("FOREIGN", "CHECK"):
        if not any(tail[at : at + 2] == ["NOT", "VALID"] for at in range(len(tail))):
            shown = "CHECK (...)" if kind == "CHECK" else "FOREIGN KEY (...) REFERENCES ... (...)"
            name = named or f"{bare}_{'check' if kind == 'CHECK' else 'fkey'}"
            yield Danger(NOT_VALID, {**names, "name": name, "kind": shown})
    elif kind == "EXCLUDE":
        yield Danger(EXCLUDE, {**names, "name": named or f"{bare}_excl", "bare": bare})
    elif kind in ("UNIQUE", "PRIMARY") and not any(
        tail[at : at + 2] == ["USING", "INDEX"] for at in range(min(len(tail), 4))
    ):
        opened = tail.index("(") if "(" in tail else len(tail)
        columns = " ".join(map(clauses.folded, tail[opened + 1 : clauses.closing(tail, opened)])).replace(" ,", ",")
        shown = "PRIMARY KEY" if kind == "PRIMARY" else "UNIQUE"
        name = named or f"{bare}_{'pkey' if kind == 'PRIMARY' else 'key'}"
        first = _required(names["table"], bare, columns.split(", ")) if kind == "PRIMARY" else ""
        yield Danger(UNIQUE, {**names, "first": first, "name": name, "kind": shown, "columns": columns})


def _required(table: str, bare: str, columns: Sequence[str]) -> str:
    """PRIMARY KEY requires its columns, and reads all rows to see whether it may, unless they are required already."""
    return "".join(
        f"  ALTER TABLE {table} ADD CONSTRAINT {bare}_{each}_set CHECK ({each} IS NOT NULL) NOT VALID;\n"
        f"  ALTER TABLE {table} VALIDATE CONSTRAINT {bare}_{each}_set;\n"
        f"  ALTER TABLE {table} ALTER COLUMN {each} SET NOT NULL;\n"
        f"  ALTER TABLE {table} DROP CONSTRAINT {bare}_{each}_set;\n"
        for each in columns
    )


def _of_column(known: dict[str, str], bare: str, new: column.Column) -> Iterator[Danger]:
    """What stands behind a new column is a constraint of its own."""
    made = f"  ALTER TABLE {known['table']} ADD COLUMN {new.name} {clauses.written(new.type)};\n"
    names = {**known, "columns": new.name, "first": made}
    if "REFERENCES" in new.top:
        kind = f"FOREIGN KEY ({new.name}) REFERENCES ... (...)"
        yield Danger(NOT_VALID, {**names, "name": f"{bare}_{new.name}_fkey", "kind": kind})
    elif "CHECK" in new.top:
        yield Danger(NOT_VALID, {**names, "name": f"{bare}_{new.name}_check", "kind": "CHECK (...)"})
    if "UNIQUE" in new.top or "PRIMARY" in new.top:
        if "UNIQUE" in new.top:
            yield Danger(UNIQUE, {**names, "name": f"{bare}_{new.name}_key", "kind": "UNIQUE"})
        else:
            filled = (
                f"  UPDATE {known['table']} SET {new.name} = ... WHERE {new.name} IS NULL AND id BETWEEN 1 AND 1000;\n"
            )
            first = f"{made}{filled}{_required(known['table'], bare, [new.name])}"
            yield Danger(UNIQUE, {**names, "first": first, "name": f"{bare}_pkey", "kind": "PRIMARY KEY"})
