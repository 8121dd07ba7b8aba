"""What a set of migrations has made so far: tables, columns and indexes that no code that runs knows yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from migrations import clauses
from migrations.context import TABLES, Context, elsewhere
from migrations.rules import column, columns
from migrations.rules.rule import Danger
from migrations.statement import Statement


Filled = Literal["", "same", "own"]


def filled(new: column.Column) -> Filled:
    """What a new column has in rows that do not name it."""
    if not new.defaulted:
        return ""
    return "own" if new.serial or columns.volatile(new.default) else "same"


@dataclass
class Made:
    """`columns` are those added to tables that were there, each with what a row has in it that does not name it: nothing, the
    same as all others, or a value of its own.

    What a block makes may depend on a condition, what may have been there before (IF NOT EXISTS) was, and what is taken back
    (ROLLBACK) is not there.
    """

    tables: set[str] = field(default_factory=set)
    columns: dict[tuple[str, str], Filled] = field(default_factory=dict)
    constraints: set[tuple[str, str]] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    _file: Context = field(default_factory=Context)
    _begun: dict[tuple[str, str], Filled] = field(default_factory=dict)

    def follow(self, statement: Statement) -> None:
        """Take in what a statement of the file that is being read leaves behind."""
        before = set(self._file.sure)
        self._file.follow(statement)
        if elsewhere(statement):
            self._forget()
        if statement.inside:
            return
        self.tables = (self.tables - (before - self._file.sure)) | self._file.sure
        if statement[0] in ("ROLLBACK", "ABORT"):
            self.columns = dict(self._begun)
            self.constraints.clear()
            self.domains.clear()
        elif statement[0] in ("BEGIN", "START", "COMMIT", "END"):
            self._begun = dict(self.columns)
        elif statement[0] == "CREATE" and statement[1] == "DOMAIN":
            self.domains.add(clauses.name(statement.words, 2)[0])
        elif statement[0] == "DROP":
            at = clauses.optional(statement.words, 2)
            self.tables -= set(clauses.names(statement.words, at)) if statement[1] == "TABLE" else set()
        elif statement[0] == "ALTER" and statement[1] == "TABLE" and (change := clauses.alter(statement)):
            for action in change.actions:
                self._altered(change.name, action)

    def end(self) -> None:
        """The next file begins: nothing is known of its session."""
        self.tables -= self._file.temporary
        self._file, self._begun = Context(), dict(self.columns)

    def _forget(self) -> None:
        """Names mean something else from here on."""
        for each in (self.tables, self.columns, self._begun, self.constraints, self.domains):
            each.clear()

    def has_all(self, statement: Statement, danger: Danger) -> bool:
        """Whether everything that a finding is about is new."""
        rule, table = danger.rule.id, danger.names.get("table", danger.names.get("name", ""))
        if rule == "set-not-null" and self.columns.get((table, danger.names.get("column", ""))):
            return True
        if rule == "drop-column" and (table, danger.names["column"]) in self.columns:
            return True
        if rule == "drop-constraint" and (table, danger.names["name"]) in self.constraints:
            return True
        names = [table]
        if statement[0] in ("DROP", "TRUNCATE"):
            at = 3 if statement[1] in ("MATERIALIZED", "FOREIGN") else 2 if statement[1] in TABLES else 1
            names = clauses.names(statement.words, clauses.optional(statement.words, at))
        return "CASCADE" not in statement.words and set(names) <= self.tables

    def _altered(self, table: str, action: clauses.Action) -> None:
        if (new := column.added(action)) is not None:
            at = 2 if action[1] == "COLUMN" else 1
            if action[at] != "IF":
                self.columns[table, new.name] = filled(new)
        elif action.has(0, "ADD", "CONSTRAINT"):
            self.constraints.add((table, clauses.folded(action[2])))
        elif action[0] == "ALTER":
            at = 2 if action[1] == "COLUMN" else 1
            known = (table, clauses.folded(action[at]))
            if known in self.columns and (
                action.has(at + 1, "SET", "DEFAULT") or action.has(at + 1, "DROP", "DEFAULT")
            ):
                self.columns[known] = "same" if action[at + 1] == "SET" and action[at + 3] != "NULL" else ""
        elif action[0] == "DROP" and action[1] != "CONSTRAINT":
            at = clauses.optional(action.words, 2 if action[1] == "COLUMN" else 1)
            self.columns.pop((table, clauses.folded(action[at])), None)
        elif action.has(0, "RENAME"):
            self.columns = {key: value for key, value in self.columns.items() if key[0] != table}
