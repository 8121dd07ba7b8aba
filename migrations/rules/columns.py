"""Columns of a table in use: added, changed, required."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations import clauses
from migrations.context import Context
from migrations.rules import column
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

REQUIRED = Rule(
    "add-required-column",
    "high",
    "ADD COLUMN NOT NULL without a default",
    "It fails on a table that has rows; and the code in use, which does not know the column, can insert nothing any more.",
    "Expand and contract: add it without NOT NULL, fill it in batches, and require it in a later release:\n"
    "  ALTER TABLE {table} ADD COLUMN {column} {type};\n"
    "  UPDATE {table} SET {column} = ... WHERE {column} IS NULL AND id BETWEEN 1 AND 1000;\n"
    "  ALTER TABLE {table} ADD CONSTRAINT {bare}_{column}_set CHECK ({column} IS NOT NULL) NOT VALID;\n"
    "  ALTER TABLE {table} VALIDATE CONSTRAINT {bare}_{column}_set;\n"
    "  ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\n"
    "or give it a constant default, which PostgreSQL adds without touching a row.",
)
VOLATILE = Rule(
    "volatile-default",
    "high",
    "ADD COLUMN with a default that differs from row to row",
    "Every row is written anew under an ACCESS EXCLUSIVE lock: readers and writers wait for as long as that takes.",
    "Add the column empty, give new rows the default, and fill the old ones in batches:\n"
    "{first}"
    "  ALTER TABLE {table} ADD COLUMN {column} {type};\n"
    "  ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default};\n"
    "  UPDATE {table} SET {column} = {default} WHERE {column} IS NULL AND id BETWEEN 1 AND 1000;",
)
GENERATED = Rule(
    "generated-column",
    "high",
    "ADD COLUMN GENERATED ... STORED",
    "Every row is written anew under an ACCESS EXCLUSIVE lock: readers and writers wait for as long as that takes.",
    "Add a plain column, let the code or a trigger write it, and fill the old rows in batches:\n"
    "  ALTER TABLE {table} ADD COLUMN {column} {type};\n"
    "  UPDATE {table} SET {column} = ... WHERE {column} IS NULL AND id BETWEEN 1 AND 1000;\n"
    "or compute it where it is read, in a view.",
)
TYPE = Rule(
    "change-column-type",
    "high",
    "ALTER COLUMN ... TYPE",
    "Most changes write every row and index anew under an ACCESS EXCLUSIVE lock, and the code in use still sends the old type.",
    "Expand and contract: a second column of the new type, which the code writes beside the old one:\n"
    "  ALTER TABLE {table} ADD COLUMN {column}_new {type};\n"
    "  UPDATE {table} SET {column}_new = {value} WHERE {column}_new IS NULL AND id BETWEEN 1 AND 1000;\n"
    "then code that reads {column}_new, and in a later release\n"
    "  ALTER TABLE {table} DROP COLUMN {column};",
)
NOT_NULL = Rule(
    "set-not-null",
    "medium",
    "SET NOT NULL",
    "All rows are read under an ACCESS EXCLUSIVE lock, it fails if one has none, and code that writes none fails from then on.",
    "Prove it first without that lock; SET NOT NULL then reads no row:\n"
    "  ALTER TABLE {table} ADD CONSTRAINT {bare}_{column}_set CHECK ({column} IS NOT NULL) NOT VALID;\n"
    "  ALTER TABLE {table} VALIDATE CONSTRAINT {bare}_{column}_set;\n"
    "  ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\n"
    "  ALTER TABLE {table} DROP CONSTRAINT {bare}_{column}_set;",
)
DOMAIN = Rule(
    "set-not-null",
    "medium",
    "SET NOT NULL of a domain",
    "All rows of every table that has the domain are read under a lock, it fails if one has none, and so does code that writes none.",
    "Let it hold for new rows at once, and prove the old ones afterwards, without that lock:\n"
    "  ALTER DOMAIN {name} ADD CONSTRAINT {bare}_set CHECK (VALUE IS NOT NULL) NOT VALID;\n"
    "  ALTER DOMAIN {name} VALIDATE CONSTRAINT {bare}_set;",
)
RULES = (REQUIRED, VOLATILE, GENERATED, TYPE, NOT_NULL)

_SAME_FOR_ALL = frozenset({
    "now", "transaction_timestamp", "statement_timestamp", "current_setting", "lower", "upper", "initcap", "length",
    "trim", "btrim", "ltrim", "rtrim", "replace", "substring", "substr", "left", "right", "concat", "concat_ws",
    "format", "md5", "sha256", "sha512", "encode", "decode", "to_char", "to_date", "to_timestamp", "to_number",
    "date_trunc", "date_part", "extract", "age", "timezone", "make_date", "make_interval", "make_timestamp",
    "make_timestamptz", "make_time", "justify_days", "justify_hours", "coalesce", "nullif", "greatest", "least",
    "array", "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_json",
    "to_jsonb", "row", "row_to_json", "cast", "abs", "ceil", "ceiling", "floor", "round", "trunc", "sign", "sqrt",
    "power", "exp", "ln", "log", "mod", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
    "point", "box", "string_to_array", "array_fill", "array_append", "array_cat", "cardinality", "repeat", "lpad",
    "rpad", "reverse", "ascii", "chr", "position", "overlay", "translate", "split_part", "regexp_replace",
    "to_tsvector", "to_tsquery", "current_schema", "current_database", "pg_typeof",
})  # fmt: skip
"""Functions that are immutable or stable in pg_proc. What is not here may be volatile: one's own functions are, unless they
say otherwise."""
_NO_CALL = frozenset({
    "AND", "OR", "NOT", "IN", "IS", "LIKE", "ANY", "ALL", "SOME", "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "FROM",
    "SELECT", "WHERE", "BETWEEN", "SIMILAR", "TO", "COLLATE", "DEFAULT", "INTERVAL", "TIME", "TIMESTAMP", "CHARACTER",
    "VARYING", "WITH", "USING",
})  # fmt: skip


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TABLE of a table that was there before."""
    change = clauses.alter(statement)
    if change is None or change.name in context.sure:
        return
    if change.kind == "DOMAIN":
        yield from _domain(change)
    if change.kind == "TYPE":
        for action in change.actions:
            if action.has(0, "ALTER", "ATTRIBUTE"):
                yield Danger(
                    TYPE, _names(change.name, clauses.folded(action[2]), action.words[action.words.index("TYPE") + 1 :])
                )
        return
    if change.kind not in ("TABLE", "FOREIGN TABLE"):
        return
    for action in change.actions:
        if new := column.added(action):
            yield from _added(change.name, new)
        elif action[0] == "ALTER" and action[1] not in ("CONSTRAINT", "INDEX"):
            at = 2 if action[1] == "COLUMN" else 1
            name = clauses.folded(action[at])
            if action[at + 1] == "TYPE" or action.has(at + 1, "SET", "DATA", "TYPE"):
                to = action.words[action.words.index("TYPE", at + 1) + 1 :]
                ends = [place for place, word in enumerate(to) if word in ("USING", "COLLATE")]
                value = clauses.written(to[to.index("USING") + 1 :]) if "USING" in to else name
                yield Danger(TYPE, {**_names(change.name, name, to[: ends[0]] if ends else to), "value": value})
            elif action.has(at + 1, "SET", "NOT", "NULL") and (change.name, name) not in context.proved:
                yield Danger(NOT_NULL, _names(change.name, name))
        elif (at := column.constraint(action)) and action.has(at, "NOT", "NULL") and action[-1] != "VALID":
            yield Danger(NOT_NULL, _names(change.name, clauses.folded(action[at + 2])))


def _domain(change: clauses.Alter) -> Iterator[Danger]:
    """Every column that has the domain is required then."""
    for action in change.actions:
        at = column.constraint(action)
        if action.has(0, "SET", "NOT", "NULL") or (at and action.has(at, "NOT", "NULL")):
            yield Danger(DOMAIN, {"name": change.name, "bare": change.name.rpartition(".")[2]})


def _added(table: str, new: column.Column) -> Iterator[Danger]:
    names = _names(table, new.name, new.type)
    if new.stored:
        yield Danger(GENERATED, names)
    elif new.serial:
        sequence = f"{table}_{new.name}_seq"
        first = f"  CREATE SEQUENCE {sequence};\n"
        yield Danger(VOLATILE, {**names, "type": "bigint", "default": f"nextval('{sequence}')", "first": first})
    elif new.default and volatile(new.default):
        yield Danger(VOLATILE, {**names, "default": clauses.written(new.default), "first": ""})
    elif new.required and not new.defaulted:
        yield Danger(REQUIRED, names)


def volatile(words: Sequence[str]) -> bool:
    """Whether an expression calls a function that may say something else for each row."""
    for at, word in enumerate(words[:-1]):
        if words[at + 1] != "(" or not (word[0].isalpha() or word[0] in '_"') or word in _NO_CALL:
            continue
        before = next(
            (words[place] for place in range(at - 1, -1, -1) if words[place] != "." and words[place + 1] != "."), ""
        )
        if before in ("::", "AS"):  # varchar(10): a type's name
            continue
        if clauses.folded(word) not in _SAME_FOR_ALL:
            return True
    return False


def _names(table: str, name: str, of_type: Sequence[str] = ()) -> dict[str, str]:
    written = clauses.written(of_type) or "..."
    return {"table": table, "bare": table.rpartition(".")[2], "column": name, "value": name, "type": written}
