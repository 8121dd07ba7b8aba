"""What is known of a file at one of its statements: what it has made itself, whether a transaction is open, what limits are set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from migrations import clauses
from migrations.dynamic import UNREAD
from migrations.statement import Statement

_PATHS = ("SEARCH_PATH", "SCHEMA", "ROLE", "AUTHORIZATION")
_NONE = re.compile(r"\s*[+-]?0*(\.0*)?\s*(us|ms|s|min|h|d)?\s*")
TABLES = ("TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "VIEW")


@dataclass
class Context:
    """`wraps` says that the tool runs the file in a transaction of its own, `alone` that the file is one statement.

    `new` are tables that this file has made, and that nobody else has seen rows in; `sure` those of them that certainly were
    not there before (no IF NOT EXISTS); `temporary` those that end with the session, `passing` those that end with a transaction.
    `local` are the limits that end with one.
    """

    wraps: bool = False
    new: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    begun: bool = False
    lock_timeout: bool = False
    statement_timeout: bool = False
    checks: dict[tuple[str, str], str] = field(default_factory=dict)
    proved: set[tuple[str, str]] = field(default_factory=set)
    added: set[tuple[str, str]] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    local: set[str] = field(default_factory=set)
    temporary: set[str] = field(default_factory=set)
    passing: set[str] = field(default_factory=set)

    def in_transaction(self, statement: Statement) -> bool:
        """Whether the statement runs in a transaction with others. Blocks and functions always do."""
        return self.begun or self.wraps or bool(statement.inside)

    def follow(self, statement: Statement) -> None:
        """Take in what a statement leaves behind. What a block makes may depend on a condition, so only limits count there."""
        first = statement[0]
        if first in ("SET", "SELECT", "PERFORM", "RESET", "DISCARD"):
            self._limits(statement)
        if statement.inside:
            return
        if first == "BEGIN" or (first == "START" and statement[1] == "TRANSACTION"):
            self.begun = True
        elif first in ("COMMIT", "END", "ROLLBACK", "ABORT") and not {"PREPARED", "TO"} & set(statement.words[1:3]):
            self.begun = "CHAIN" in statement.words and "NO" not in statement.words
            self.added.clear()
            for each in self.local:
                setattr(self, each, False)
            self.local.clear()
            self.new -= self.passing
            self.sure -= self.passing
            self.passing.clear()
        if (first in ("ROLLBACK", "ABORT") and statement[1] != "PREPARED") or elsewhere(statement):
            self.new.clear()
            self.sure.clear()
            self.checks.clear()
            self.proved.clear()
        elif first == "CREATE":
            self._made(statement)
        elif first == "ALTER" and statement[1] in ("TABLE", "VIEW", "MATERIALIZED"):
            self._altered(statement)
        elif first == "DROP":
            self._gone(statement)

    def _limits(self, statement: Statement) -> None:
        words = statement.words
        for wanted in ("LOCK_TIMEOUT", "STATEMENT_TIMEOUT"):
            lower = wanted.lower()
            if statement[0] == "SET":
                at = 2 if statement[1] in ("LOCAL", "SESSION") else 1
                if statement[at].strip('"').upper() == wanted:
                    setattr(self, lower, _limited(words[at + 2 :]))
                    if statement[1] == "LOCAL" and self.begun:
                        self.local.add(lower)
            elif statement[0] in ("RESET", "DISCARD"):
                if statement[1].strip('"').upper() in (wanted, "ALL"):
                    setattr(self, lower, False)
            elif "SET_CONFIG" in words and (at := _settings(words, lower)):
                setattr(self, lower, _limited(words[at + 2 : at + 3]))

    def _made(self, statement: Statement) -> None:
        made = clauses.created(statement)
        if made is None or made[0] not in TABLES:
            return
        _, name, _, sure = made
        # The rows of an old table that is attached to a new one, or copied into it, are not new; the locks are.
        self.new.add(name)
        if {"TEMP", "TEMPORARY"} & set(statement.words[1:3]):
            self.temporary.add(name)
            if self.begun and any(statement.has(at, "ON", "COMMIT", "DROP") for at in range(len(statement))):
                self.passing.add(name)
        if sure:
            self.sure.add(name)

    def _altered(self, statement: Statement) -> None:
        altered = clauses.alter(statement)
        if altered is None:
            return
        for action in altered.actions:
            if action.has(0, "RENAME", "TO") or action.has(0, "SET", "SCHEMA"):
                to = clauses.name(action.words, 2)[0]
                schema, _, bare = altered.name.rpartition(".")
                moved = f"{to}.{bare}" if action[0] == "SET" else f"{schema}.{to}" if schema else to
                for known in (self.new, self.sure):
                    if altered.name in known:
                        known.discard(altered.name)
                        known.add(moved)
            elif action.has(0, "ADD", "CONSTRAINT"):
                self._check(altered.name, action)
            elif action.has(0, "VALIDATE", "CONSTRAINT"):
                column = self.checks.get((altered.name, clauses.folded(action[2])))
                if column:
                    self.proved.add((altered.name, column))

    def _check(self, table: str, action: clauses.Action) -> None:
        """CONSTRAINT name CHECK (column IS NOT NULL)."""
        self.added.add((table, clauses.folded(action[2])))
        if action[3] == "CHECK" and action[4] == "(" and action.has(6, "IS", "NOT", "NULL", ")"):
            column = clauses.folded(action[5])
            self.checks[table, clauses.folded(action[2])] = column
            if not action.has(10, "NOT", "VALID"):
                self.proved.add((table, column))

    def _gone(self, statement: Statement) -> None:
        at = 2 if statement[1] == "TABLE" else 3
        if statement[1] in ("TABLE", "VIEW", "MATERIALIZED", "FOREIGN"):
            for name in clauses.names(statement.words, clauses.optional(statement.words, at)):
                self.new.discard(name)
                self.sure.discard(name)


def elsewhere(statement: Statement) -> bool:
    """Whether a bare name may mean another table from here on: another search path, role or database."""
    first, words = statement[0], statement.words
    if first == UNREAD:
        return True
    if first == "SET":
        return statement[1].strip('"').upper() in _PATHS or (
            statement[1] in ("LOCAL", "SESSION") and statement[2].strip('"').upper() in _PATHS
        )
    if first == "RESET":
        return statement[1] in (*_PATHS, "ALL")
    return first == "DISCARD" or (first == "SELECT" and "SET_CONFIG" in words and _settings(words, "search_path") > 0)


def _settings(words: Sequence[str], name: str) -> int:
    """Where the name of a setting stands as a text; 0 where it does not."""
    return next((at for at, word in enumerate(words) if word.lower() == f"'{name}'"), 0)


def _limited(value: Sequence[str]) -> bool:
    """Whether a limit is one: neither 0, in whatever unit, nor the default."""
    text = "".join(value[:1]).strip("'")
    return text.upper() != "DEFAULT" and not _NONE.fullmatch(text)
