"""Whether a statement refuses rows that were good enough before: rows that the code in use may still write.

It does not matter whether the rows that are there are proved at once: a constraint that is NOT VALID holds for every new row. What
code cannot break that does not know of it: what is said of new tables, and of new columns alone, which it leaves empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrations import clauses
from migrations.made import Filled, Made, filled
from migrations.rules import column
from migrations.statement import Statement

_OPERATORS = frozenset(
    ("AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ILIKE", "SIMILAR", "TO", "ANY", "ALL", "ARRAY", "TRUE", "FALSE")
)
_RESTRICTING = ("CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE", "NULL")
_STRICT = frozenset((
    "LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH", "OCTET_LENGTH", "LOWER", "UPPER", "TRIM", "BTRIM", "ABS", "ROUND", "FLOOR", "CEIL",
    "CARDINALITY", "ARRAY_LENGTH", "JSONB_TYPEOF", "JSON_TYPEOF", "JSONB_ARRAY_LENGTH", "MOD", "ISEMPTY", "LOWER_INC", "UPPER_INC",
))  # fmt: skip
"""Functions that say nothing of nothing: a CHECK of them lets an empty column pass."""


def requires(statement: Statement, made: Made) -> bool:
    """Whether it does, with everything that the set has made before it."""
    if statement[0] == "CREATE":
        return _unique_index(statement, made)
    change = clauses.alter(statement)
    if change is None:
        return False
    if change.kind == "DOMAIN":
        return change.name not in made.domains and any(column.constraint(action) for action in change.actions)
    if change.kind not in ("TABLE", "FOREIGN TABLE") or made.has(change.name):
        return False
    if not any(word in statement.words for word in _RESTRICTING):
        return False
    new = dict(made.columns.get(change.name, {}))
    for action in change.actions:
        # The actions of one ALTER are carried out as if its columns came first.
        if (each := column.added(action)) is not None and action[2 if action[1] == "COLUMN" else 1] != "IF":
            new[each.name] = filled(each)
    return any(
        _refuses(action.words[at:], new)
        if (at := column.constraint(action))
        else (column.added(action) is not None and any(not _silent(said, new) for said in _checks(action.words)))
        for action in change.actions
    )


def _checks(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The conditions that stand behind a column."""
    depth = 0
    for at, word in enumerate(words):
        if depth == 0 and word == "CHECK" and words[at + 1 : at + 2] == ["("]:
            yield words[at + 2 : clauses.closing(words, at + 1)]
        depth += (word == "(") - (word == ")")


def _refuses(words: Sequence[str], new: Mapping[str, Filled]) -> bool:
    kind = words[0] if words else ""
    if kind in ("UNIQUE", "PRIMARY") and "INDEX" in words[1:4]:
        # The index refuses already; but a primary key also requires its columns.
        return kind == "PRIMARY"
    if kind == "CHECK":
        opened = words.index("(") if "(" in words else len(words)
        return not _silent(words[opened + 1 : clauses.closing(words, opened)], new)
    if kind == "NOT":
        return not new.get(clauses.folded(words[2]) if len(words) > 2 else "")
    names = _columns(words)
    if kind == "PRIMARY":
        return not (names and all(new.get(name) == "own" for name in names))
    if kind == "FOREIGN":
        return not (names and (set(names) <= set(new) or any(new.get(name) == "" for name in names)))
    return "DISTINCT" in words or not _differ(names, new)


def _differ(names: Sequence[str], new: Mapping[str, Filled]) -> bool:
    """Whether rows that name none of the new columns are never the same: nothing is like nothing, unless NULLS NOT DISTINCT."""
    return any(new.get(name) in ("", "own") for name in names)


def _columns(words: Sequence[str]) -> list[str]:
    """The columns in the first parentheses: names alone, nothing where one is an expression."""
    opened = words.index("(") if "(" in words else len(words)
    found = list[str]()
    for start, end in clauses.parts(words, opened + 1, clauses.closing(words, opened)):
        if "(" in words[start:end] or start == end:
            return []
        found.append(clauses.folded(words[start]))
    return found


def _silent(said: Sequence[str], new: Mapping[str, Filled]) -> bool:
    """Whether a condition speaks of new columns alone, in such a way that it lets empty ones pass."""
    some = {name for name in new if name in {clauses.folded(word) for word in said}}
    set_always = bool(some) and all(new[name] for name in some)
    for at, word in enumerate(said):
        if not (word[0].isalpha() or word[0] in '_"') or word in _OPERATORS or (set_always and word in ("IS", "NULL")):
            continue
        called = tuple(said[at + 1 : at + 2]) == ("(",)
        if called and word not in _STRICT:
            return False
        if not called and clauses.folded(word) not in new and tuple(said[at - 1 : at]) != ("::",):
            return False
    return True


def _unique_index(statement: Statement, made: Made) -> bool:
    words = statement.words
    if statement[1] != "UNIQUE" or "ON" not in words:
        return False
    at = words.index("ON") + 1
    table, end = clauses.name(words, at + (statement[at] == "ONLY"))
    if made.has(table):
        return False
    return "DISTINCT" in words or not _differ(list(_indexed(words, end)), made.columns.get(table, {}))


def _indexed(words: Sequence[str], at: int) -> Iterator[str]:
    opened = next((place for place in range(at, len(words)) if words[place] == "("), len(words))
    for start, end in clauses.parts(words, opened + 1, clauses.closing(words, opened)):
        if end > start and words[start] != "(" and (start + 1 == len(words) or words[start + 1] != "("):
            yield clauses.folded(words[start])
