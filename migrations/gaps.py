"""What squawk's parser takes and PostgreSQL does not: statements that stop before they say what they are about.

Found by trying every kind of statement cut short; a test holds that squawk refuses the others.
"""

from __future__ import annotations

from migrations import clauses, lexis, strings
from migrations.statement import Statement

_TABLE_HAS = ("(", "OF", "PARTITION")


def gap(statement: Statement) -> str:
    """What is missing at its end; empty where nothing is."""
    words = statement.words
    if statement[0] == "DO" and not ("LANGUAGE" in words and not {"PLPGSQL", '"plpgsql"', "'plpgsql'"} & set(words)):
        body = next((word for word in words if strings.is_text(word)), "''")
        broken = lexis.lex(strings.content(body)[0]).broken
        return f"in its block, {broken.what}" if broken else ""
    if statement[1] == "TABLE" and statement[0] == "DROP" and len(statement) <= clauses.optional(words, 2):
        return "expected the name of a table"
    if (
        statement[0] == "ALTER"
        and statement[1] == "TABLE"
        and (change := clauses.alter(statement))
        and not change.actions
    ):
        return "expected what becomes of the table"
    if statement[0] == "CREATE" and (made := clauses.created(statement)) and made[0] == "TABLE":
        rest = words[made[2] :]
        whole = statement[made[2]] in _TABLE_HAS or "AS" in rest
        return "" if whole else "expected the columns of the table"
    return ""
