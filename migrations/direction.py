"""Which way a set of migrations goes, and so when it may run beside which code.

- none: there is no migration.
- expand: what is there stays as it is, and something comes beside it; it runs before the new code.
- contract: something goes, or is required from now on; it runs when the old code is gone.
- coordinated: neither order suits both codes: something changes its name or type, or both of the above in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from migrations import clauses, layout, statements
from migrations.context import TABLES
from migrations.rules import Judged, column, judged
from migrations.rules.rule import Danger
from migrations.statements import Statement

Direction = Literal["none", "expand", "contract", "coordinated"]

_COORDINATED = {"rename-table", "rename-column", "rename-other", "change-column-type", "add-required-column"}
_CONTRACTED = {
    "drop-table", "drop-schema", "drop-database", "drop-column", "truncate", "drop-view", "drop-function", "drop-type",
    "drop-trigger", "drop-other", "revoke", "drop-constraint", "set-not-null", "delete-without-where",
}  # fmt: skip
_REQUIRED = (("DROP", "DEFAULT"), ("NOT", "NULL"))
"""How an ALTER COLUMN ends after which a row must name the column. DROP NOT NULL ends so too, and asks for less."""
_RESTORED = ("TRIGGER", "FUNCTION", "PROCEDURE", "POLICY", "RULE")


def direction_of(files: Mapping[str, str]) -> Direction:
    """The direction of migrations, file name -> SQL text. Files that undo others (`.down.sql`) do not count."""
    return of_judged({name: judged(statements.read(text).statements) for name, text in files.items()})


def of_judged(files: Mapping[str, Sequence[Judged]]) -> Direction:
    """The same of files that are judged already."""
    found, any_statement = set[str](), False
    new = set[str]()
    for name in sorted(files, key=layout.order):
        if layout.undoes(name):
            continue
        made = {
            (each[0], each[1])
            for statement, _ in files[name]
            if statement[0] == "CREATE" and (each := clauses.created(statement))
        }
        for statement, dangers in files[name]:
            any_statement = True
            found.update(_ways(statement, dangers, made, new))
        new |= {name for kind, name in made if kind in TABLES}
    if not any_statement:
        return "none"
    if "coordinated" in found or {"expand", "contract"} <= found:
        return "coordinated"
    return "contract" if "contract" in found or found == {"lets go"} else "expand"


def _ways(statement: Statement, dangers: Iterable[Danger], made: set[tuple[str, str]], new: set[str]) -> Iterator[str]:
    """Both for one statement that has several actions. What is dropped only to be made anew is changed, not gone."""
    for danger in dangers:
        if danger.names.get("table", danger.names.get("name")) in new:
            continue
        if danger.rule.id in _COORDINATED:
            yield "coordinated"
        elif danger.rule.id in _CONTRACTED:
            yield "expand" if _restored(statement, made) else "contract"
    first = statement[0]
    if first == "CREATE":
        yield "beside" if "INDEX" in statement.words[1:3] else "expand"
    elif first == "DROP" and statement[1] == "INDEX":
        yield "lets go"
    elif first == "ALTER" and (change := clauses.alter(statement)):
        own = ("TABLE", change.name) in made
        for action in change.actions:
            if action[0] == "ADD":
                # A constraint goes along with whatever else is done: SET NOT NULL has a CHECK prove it first.
                yield "expand" if column.constraint(action) is None else "beside"
            elif action.has(0, "DETACH", "PARTITION") or (
                action[0] == "ALTER" and not own and tuple(action.words[-2:]) in _REQUIRED and action[-3] != "DROP"
            ):
                yield "contract"


def _restored(statement: Statement, made: set[tuple[str, str]]) -> bool:
    if statement[0] != "DROP" or statement[1] not in _RESTORED:
        return False
    names = clauses.names(statement.words, clauses.optional(statement.words, 2))
    return all((statement[1], name) in made for name in names)
