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
OWNER = Rule(
    "revoke",
    "high",
    "another owner",
    "Whoever owned it has no rights on it any more that nobody granted: the code that logs in so fails on its next query.",
    "Grant them what they need in the same transaction, before it:\n"
    "  GRANT SELECT, INSERT, UPDATE, DELETE ON ... TO ...;",
)
ROLE = Rule(
    "revoke",
    "high",
    "a role that may do less",
    "The code in use that logs in as the role, or relies on what it may do, fails on its next login or query.",
    "Release code that uses another role first.",
)
RULES = (ROWS,)

_OWNED = ("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW")
_LESS = frozenset(("NOLOGIN", "NOSUPERUSER", "NOCREATEDB", "NOCREATEROLE", "NOINHERIT", "NOREPLICATION", "NOBYPASSRLS"))

_SWITCHES = ("ENABLE", "DISABLE", "FORCE", "NO")


def altered(statement: Statement, context: Context) -> Iterator[Danger]:
    """ALTER TABLE ... ROW LEVEL SECURITY or OWNER TO; ALTER POLICY, which may let in fewer than before; ALTER ROLE."""
    if statement[1] in ("ROLE", "USER", "GROUP") and (_LESS & set(statement.words) or statement.has(3, "DROP", "USER")):
        yield Danger(ROLE)
    change = clauses.alter(statement)
    if change is None or change.name in context.sure:
        return
    if change.kind in _OWNED and any(action.has(0, "OWNER", "TO") for action in change.actions):
        yield Danger(OWNER)
    if change.kind not in ("TABLE", "POLICY"):
        return
    for action in change.actions:
        rows = action[0] in _SWITCHES and action.words[-3:] == ["ROW", "LEVEL", "SECURITY"]
        if rows or (change.kind == "POLICY" and action[0] != "RENAME"):
            yield Danger(ROWS, _names(change.name))


def reassigned(statement: Statement, _: Context) -> Iterator[Danger]:
    """REASSIGN OWNED."""
    yield Danger(OWNER)


def created(statement: Statement, context: Context) -> Iterator[Danger]:
    """CREATE POLICY ... AS RESTRICTIVE: what it does not let in is out, whatever others say."""
    if statement[1] != "POLICY" or "RESTRICTIVE" not in statement.words or "ON" not in statement.words:
        return
    table = clauses.name(statement.words, statement.words.index("ON") + 1)[0]
    if table not in context.sure:
        yield Danger(ROWS, _names(table))


def _names(table: str) -> dict[str, str]:
    return {"table": table, "bare": table.rpartition(".")[2]}
