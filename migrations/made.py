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

    columns: dict[str, dict[str, Filled]] = field(default_factory=dict)
    """Table -> column -> what is in it."""
    constraints: set[tuple[str, str]] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    _earlier: set[str] = field(default_factory=set)
    _file: Context = field(default_factory=Context)
    _begun: list[tuple[str, str]] = field(default_factory=list)

    def has(self, table: str) -> bool:
        """Whether a table is new."""
        return table in self._earlier or table in self._file.sure

    def follow(self, statement: Statement) -> None:
        """Take in what a statement of the file that is being read leaves behind."""
        self._file.follow(statement)
        if elsewhere(statement):
            self._forget()
        if statement.inside:
            return
        if statement[0] in ("ROLLBACK", "ABORT"):
            for table, name in self._begun:
                self.columns.get(table, {}).pop(name, None)
            self.constraints.clear()
            self.domains.clear()
        elif statement[0] in ("BEGIN", "START", "COMMIT", "END"):
            self._begun.clear()
        elif statement[0] == "CREATE" and statement[1] == "DOMAIN":
            self.domains.add(clauses.name(statement.words, 2)[0])
        elif statement[0] == "DROP" and statement[1] == "TABLE":
            self._earlier -= set(clauses.names(statement.words, clauses.optional(statement.words, 2)))
        elif statement[0] == "ALTER" and statement[1] == "TABLE" and (change := clauses.alter(statement)):
            for action in change.actions:
                self._altered(change.name, action)

    def end(self) -> None:
        """The next file begins: nothing is known of its session."""
        self._earlier |= self._file.sure - self._file.temporary
        self._file = Context()
        self._begun.clear()

    def _forget(self) -> None:
        """Names mean something else from here on."""
        for each in (self._earlier, self.columns, self._begun, self.constraints, self.domains):
            each.clear()

    def has_all(self, statement: Statement, danger: Danger) -> bool:
        """Whether everything that a finding is about is new."""
        rule, table = danger.rule.id, danger.names.get("table", danger.names.get("name", ""))
        if rule == "set-not-null" and self.columns.get(table, {}).get(danger.names.get("column", "")):
            return True
        if rule == "drop-column" and danger.names["column"] in self.columns.get(table, {}):
            return True
        if rule == "drop-constraint" and (table, danger.names["name"]) in self.constraints:
            return True
        names = [table]
        if statement[0] in ("DROP", "TRUNCATE"):
            at = 3 if statement[1] in ("MATERIALIZED", "FOREIGN") else 2 if statement[1] in TABLES else 1
            names = clauses.names(statement.words, clauses.optional(statement.words, at))
        return "CASCADE" not in statement.words and all(map(self.has, names))

    def _altered(self, table: str, action: clauses.Action) -> None:
        if (new := column.added(action)) is not None:
            at = 2 if action[1] == "COLUMN" else 1
            if action[at] != "IF":
                self.columns.setdefault(table, {})[new.name] = filled(new)
                self._begun.append((table, new.name))
        elif action.has(0, "ADD", "CONSTRAINT"):
            self.constraints.add((table, clauses.folded(action[2])))
        elif action[0] == "ALTER":
            at = 2 if action[1] == "COLUMN" else 1
            known, name = self.columns.get(table, {}), clauses.folded(action[at])
            if name in known and (action.has(at + 1, "SET", "DEFAULT") or action.has(at + 1, "DROP", "DEFAULT")):
                known[name] = "same" if action[at + 1] == "SET" and action[at + 3] != "NULL" else ""
        elif action[0] == "DROP" and action[1] != "CONSTRAINT":
            at = clauses.optional(action.words, 2 if action[1] == "COLUMN" else 1)
            self.columns.get(table, {}).pop(clauses.folded(action[at]), None)
        elif action.has(0, "RENAME"):
            self.columns.pop(table, None)
