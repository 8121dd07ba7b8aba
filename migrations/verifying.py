"""Runs pending migrations on a copy, looks on, and tries what can go wrong: what `slipway migrations verify` does.

Everything happens in databases of its own on the given server, which are dropped again. Whoever has a server for this has to let
the user make databases there; nothing else on it is touched.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Self

from migrations import history
from migrations.database import Address, Database, SqlError, Unreachable
from migrations.queries import Side, Tried, When, tried
from migrations.runnable import Piece, Runnable, pieces
from migrations.running import MigrationFailed, Tell, apply, checked
from migrations.snapshot import Snapshot, differences, snapshot
from migrations.watching import Seen, Watch
from model.errors import ConfigError, Problem

LIMIT_SECONDS = 1.0
"""For how long somebody may have to wait: longer than that, clients notice."""

_FAILURE = Piece("DO $$ BEGIN RAISE EXCEPTION 'slipway: fails on purpose'; END $$", ("DO",), 0)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Files are name -> SQL. `before` are those that the database has, `schema` a dump instead of them; `direction` is that of
    the pending ones."""

    before: Mapping[str, str]
    pending: Mapping[str, str]
    direction: str
    schema: Mapping[str, str] = field(default_factory=dict)
    seed: Mapping[str, str] = field(default_factory=dict)
    previous: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)
    limit: float = LIMIT_SECONDS


@dataclass(frozen=True)
class Ran:
    """What one file did. `failed` is why it could not be run; `half` what stayed of it when it was made to fail at its end,
    where it promises that nothing does; `kept` the same where it cannot promise that."""

    name: str
    seen: Sequence[Seen]
    failed: str = ""
    half: Sequence[str] = ()
    kept: Sequence[str] = ()

    def stops(self, limit: float) -> list[tuple[Seen, str, float]]:
        """Statements that let somebody wait longer than the limit, with the table and for how long."""
        return [(seen, lock.table, lock.stops) for seen in self.seen for lock in seen.locks if lock.stops > limit]


@dataclass(frozen=True)
class Verification:
    """All that was found."""

    version: str
    task: Task
    files: Sequence[Ran]
    queries: Sequence[Tried]

    @property
    def failed(self) -> bool:
        """Whether a migration could not be run at all."""
        return any(each.failed for each in self.files)

    @property
    def findings(self) -> list[str]:
        """What must not go on like this, in words."""
        found: list[str] = []
        for each in self.files:
            found += [f"{each.name} leaves {what} when it fails" for what in each.half]
            for seen, table, seconds in each.stops(self.task.limit):
                found.append(f"{each.name}, line {seen.line}: {table} stands still for {seconds:.1f} s")
        for query in self.queries:
            if query.breaks:
                found.append(
                    f"{query.file}, line {query.line}: the {query.side} release's query does not work {query.when} "
                    f"the migrations: {query.error}"
                )
        return found


def verify(server: Address, task: Task, tell: Tell) -> Verification:
    """Do it. Raises ConfigError for files that cannot be run, or for a schema or seed that is refused."""
    parsed = checked(task.pending)
    checked(task.before)
    with _Databases(server) as databases:
        version = databases.version
        tell(f"PostgreSQL {version}")
        base = databases.make()
        with Database(base) as database:
            _prepare(database, task, tell)
        queries = _queries(base, task, "before")
        work = databases.make(base.database)
        ran: list[Ran] = []
        for name, sql in task.pending.items():
            ran.append(_file(databases, work, name, sql, parsed[name], tell))
            if ran[-1].failed:
                return Verification(version, task, ran, queries)
        return Verification(version, task, ran, [*queries, *_queries(work, task, "after")])


def _prepare(database: Database, task: Task, tell: Tell) -> None:
    """The schema as the environment has it, and the seed."""
    if task.schema:
        _load(database, task.schema)
    history.prepare(database)
    if not task.schema:
        tell(f"{len(task.before)} files make the schema")
        for name, parsed in checked(task.before).items():
            try:
                apply(database, name, task.before[name], parsed, _quiet)
            except MigrationFailed as error:
                raise ConfigError(
                    Problem(name, "", str(error), "It was run before; give the schema as it is.")
                ) from None
    _load(database, task.seed)
    database.run("ANALYZE")


def _load(database: Database, files: Mapping[str, str]) -> None:
    """Statement by statement. A dump sets what concerns its own session only."""
    for name, sql in files.items():
        for piece in pieces(sql):
            if piece.words[0] == "COPY":
                remedy = "Dump it with pg_dump --inserts."
                raise ConfigError(Problem(name, "", f"line {piece.line} has its data beside it", remedy))
            try:
                database.run(piece.text)
            except SqlError as error:
                remedy = "Repair it; a dump is made with pg_dump --schema-only --no-owner --no-privileges."
                raise ConfigError(Problem(name, "", f"line {piece.line} is refused: {error}", remedy)) from None
        database.run("RESET ALL")


def _queries(where: Address, task: Task, when: When) -> list[Tried]:
    sides: tuple[tuple[Side, Mapping[str, str]], ...] = (("previous", task.previous), ("new", task.new))
    with Database(where) as database:
        return [each for side, files in sides for each in tried(database, files, side, when, task.direction)]


def _file(databases: _Databases, work: Address, name: str, sql: str, parsed: Runnable, tell: Tell) -> Ran:
    """First made to fail on a copy, then run."""
    stayed = _failing(databases, work, name, sql, parsed, tell)
    half, kept = (stayed, list[str]()) if parsed.transaction else (list[str](), stayed)
    with Database(work) as database:
        before = snapshot(database)
        with Watch(database, alone=not parsed.transaction) as watch:
            try:
                apply(database, name, sql, parsed, tell, watch)
                failed = ""
            except MigrationFailed as error:
                failed = str(error)
        if failed:
            half = [*half, *differences(before, snapshot(database))] if parsed.transaction else half
    return Ran(name, watch.seen, failed, tuple(dict.fromkeys(half)), tuple(kept))


def _failing(databases: _Databases, work: Address, name: str, sql: str, parsed: Runnable, tell: Tell) -> list[str]:
    """What stays of a file that fails at its end: behind its last statement, or instead of it where there is no transaction."""
    kept = parsed.pieces if parsed.transaction else parsed.pieces[:-1]
    if not parsed.transaction and all(piece.words[0] == "SET" for piece in kept):
        return []
    tell(f"{name}: made to fail at its end, on a copy")
    copy = databases.make(work.database)
    try:
        with Database(copy) as database:
            before: Snapshot = snapshot(database)
            with suppress(MigrationFailed):
                apply(database, name, sql, replace(parsed, pieces=[*kept, _FAILURE]), _quiet)
            return differences(before, snapshot(database))
    finally:
        databases.drop(copy)


class _Databases:
    """Databases of this run, all dropped at its end."""

    def __init__(self, server: Address) -> None:
        self._server = server
        self._made: list[Address] = []
        self._stem = f"slipway_verify_{secrets.token_hex(4)}"
        self._number = 0

    def __enter__(self) -> Self:
        self._session = Database(self._server)
        self.version = self._session.version
        return self

    def __exit__(self, *_: object) -> None:
        # A server that is gone has taken them along.
        with suppress(Unreachable, SqlError), Database(self._server) as session:
            for each in self._made:
                session.run(f"DROP DATABASE IF EXISTS {each.database} WITH (FORCE)")
        self._session.close()

    def make(self, template: str = "") -> Address:
        """A new one, empty or a copy of one that nobody is connected to."""
        self._number += 1
        address = self._server.on(f"{self._stem}_{self._number}")
        self._made.append(address)
        self._session.run(f"CREATE DATABASE {address.database} TEMPLATE {template or 'template0'}")
        return address

    def drop(self, address: Address) -> None:
        """One that is needed no more."""
        self._session.run(f"DROP DATABASE {address.database} WITH (FORCE)")
        self._made.remove(address)


def _quiet(_: str) -> None:
    """Nobody needs to hear this."""
