"""What is known of a file at one of its statements: what it has made itself, whether a transaction is open, what limits are set."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrations import clauses
from migrations.statements import Statement

TABLES = ("TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "VIEW")


@dataclass
class Context:
    """`wraps` says that the tool runs the file in a transaction of its own, `alone` that the file is one statement.

    `new` are tables that this file has made, and that nobody else has seen rows in; `sure` those of them that certainly were
    not there before (no IF NOT EXISTS).
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

    def in_transaction(self, statement: Statement) -> bool:
        """Whether the statement runs in a transaction with others. Blocks and functions always do."""
        return self.begun or self.wraps or bool(statement.inside)

    def follow(self, statement: Statement) -> None:
        """Take in what a statement leaves behind. What a block makes may depend on a condition, so only limits count there."""
        first = statement[0]
        if first in ("SET", "SELECT", "PERFORM"):
            self._limits(statement)
        if statement.inside:
            return
        if first == "BEGIN" or (first == "START" and statement[1] == "TRANSACTION"):
            self.begun = True
        elif first in ("COMMIT", "END", "ROLLBACK", "ABORT") and statement[1] not in ("PREPARED", "TO"):
            self.begun = "CHAIN" in statement.words and "NO" not in statement.words
            self.added.clear()
        if (first in ("ROLLBACK", "ABORT") and statement[1] != "PREPARED") or (
            first == "SET" and "SEARCH_PATH" in statement.words[1:3]
        ):
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
                named = statement[at].strip('"').upper() == wanted
                on = "0" not in words and "'0'" not in words and "DEFAULT" not in words
                if named:
                    setattr(self, lower, on)
            elif "SET_CONFIG" in words and f"'{lower}'" in words:
                setattr(self, lower, True)

    def _made(self, statement: Statement) -> None:
        made = clauses.created(statement)
        if made is None or made[0] not in TABLES:
            return
        _, name, _, sure = made
        # The rows of an old table that is attached to a new one, or copied into it, are not new; the locks are.
        self.new.add(name)
        if sure:
            self.sure.add(name)

    def _altered(self, statement: Statement) -> None:
        altered = clauses.alter(statement)
        if altered is None:
            return
        for action in altered.actions:
            if action.has(0, "RENAME", "TO"):
                to = clauses.name(action.words, 2)[0]
                schema, _, _ = altered.name.rpartition(".")
                for known in (self.new, self.sure):
                    if altered.name in known:
                        known.discard(altered.name)
                        known.add(f"{schema}.{to}" if schema else to)
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
