"""Who may see and change which rows: row-level security, and what roles may do."""

from __future__ import annotations

from collections.abc import Iterator

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

ROWS = Rule(
    "row-security",
    "high",
    "row-level security changed",
    "Without a policy that lets them, the code in use no longer sees its rows, and without an error; switched off, it sees everybody's.",
    "Make the policies first, which say nothing before it is on; release code that runs as who they let in; and switch it on in a\n"
    "later release:\n"
    "  CREATE POLICY {bare}_all ON {table} USING (...);\n"
    "  ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
)
RULES = (ROWS,)

_SWITCHES = ("ENABLE", "DISABLE", "FORCE", "NO")


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TABLE ... ROW LEVEL SECURITY, and ALTER POLICY, which may let in fewer than before."""
    change = clauses.alter(statement)
    if change is None or change.name in context.sure or change.kind not in ("TABLE", "POLICY"):
        return
    for action in change.actions:
        rows = action[0] in _SWITCHES and action.words[-3:] == ["ROW", "LEVEL", "SECURITY"]
        if rows or (change.kind == "POLICY" and action[0] != "RENAME"):
            yield Danger(ROWS, _names(change.name))


def created(statement: Statement, context: Context) -> Iterator[Danger]:
    """CREATE POLICY ... AS RESTRICTIVE: what it does not let in is out, whatever others say."""
    if statement[1] != "POLICY" or "RESTRICTIVE" not in statement.words or "ON" not in statement.words:
        return
    table = clauses.name(statement.words, statement.words.index("ON") + 1)[0]
    if table not in context.sure:
        yield Danger(ROWS, _names(table))


def _names(table: str) -> dict[str, str]:
    return {"table": table, "bare": table.rpartition(".")[2]}
