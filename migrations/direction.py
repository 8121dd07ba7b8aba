"""Which way a set of migrations goes, and so when it may run beside which code.

- none: there is no migration.
- expand: what is there stays as it is, and something comes beside it; it runs before the new code.
- contract: something goes, or is required from now on; it runs when the old code is gone.
- coordinated: neither order suits both codes: something changes its name or type, or both of the above in one, or nobody can read
  what it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from migrations import clauses, layout, replaced, statements
from migrations.made import Made
from migrations.requires import requires
from migrations.rules import Judged, column, judged
from migrations.rules.rule import Danger
from migrations.statement import Statement

Direction = Literal["none", "expand", "contract", "coordinated"]

_COORDINATED = {
    "rename-table", "rename-column", "rename-other", "change-column-type", "add-required-column", "unreadable-sql",
}  # fmt: skip
_CONTRACTED = {
    "drop-table", "drop-schema", "drop-database", "drop-column", "truncate", "drop-view", "drop-function", "drop-type",
    "drop-trigger", "drop-other", "revoke", "drop-constraint", "set-not-null", "delete-without-where", "row-security",
}  # fmt: skip
_OF_TABLES = {
    "rename-table", "rename-column", "change-column-type", "add-required-column", "drop-table", "drop-column", "truncate",
    "drop-view", "drop-constraint", "set-not-null", "delete-without-where", "row-security",
}  # fmt: skip
"""Rules whose findings say nothing where the tables are new: no code that runs knows them."""
_NARROWED = (
    ("DROP", "DEFAULT"), ("DROP", "IDENTITY"), ("DROP", "EXPRESSION"), ("SET", "GENERATED", "ALWAYS"), ("ADD", "GENERATED", "ALWAYS"),
)  # fmt: skip
"""What becomes of a column so that a row that leaves it out, or one that names it, is refused or another one than before."""


def direction_of(files: Mapping[str, str]) -> Direction:
    """The direction of migrations, file name -> SQL text. Files that undo others (`.down.sql`) do not count."""
    return of_judged({name: judged(statements.read(text).statements) for name, text in files.items()})


def of_judged(files: Mapping[str, Sequence[Judged]]) -> Direction:
    """The same of files that are judged already."""
    found, any_statement = set[str](), False
    made = Made()
    for name in sorted(files, key=layout.order):
        if layout.undoes(name):
            continue
        any_statement = any_statement or bool(files[name])
        again = replaced.dropped_and_made([statement for statement, _ in files[name]])
        for statement, dangers in files[name]:
            found.update(_ways(statement, dangers, made, statement in again))
            made.follow(statement)
        made.end()
    if not any_statement:
        return "none"
    if "coordinated" in found or {"expand", "contract"} <= found:
        return "coordinated"
    return "contract" if "contract" in found or found == {"lets go"} else "expand"


def _ways(statement: Statement, dangers: Iterable[Danger], made: Made, again: bool) -> Iterator[str]:
    """Both for one statement that has several actions. What is dropped only to be made anew is changed, not gone."""
    for danger in dangers:
        rule = danger.rule.id
        if rule in _OF_TABLES and made.has_all(statement, danger):
            continue
        if rule in _COORDINATED:
            yield "coordinated"
        elif rule in _CONTRACTED:
            yield "expand" if again else "contract"
    if requires(statement, made):
        yield "contract"
    first = statement[0]
    if first == "CREATE":
        yield "beside" if {"INDEX", "POLICY"} & set(statement.words[1:3]) else "expand"
    elif first == "DROP" and statement[1] == "INDEX":
        yield "lets go"
    elif first == "ALTER" and (change := clauses.alter(statement)):
        for action in change.actions:
            if action[0] == "ADD":
                # What only restricts goes along with whatever else is done: SET NOT NULL has a CHECK prove it first.
                yield "expand" if column.constraint(action) is None else "beside"
            elif action.has(0, "DETACH", "PARTITION") or (
                action[0] == "ALTER" and not made.has(change.name) and _narrows(action)
            ):
                yield "contract"


def _narrows(action: clauses.Action) -> bool:
    at = 2 if action[1] == "COLUMN" else 1
    return any(action.has(at + 1, *words) for words in _NARROWED)
