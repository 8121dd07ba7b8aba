"""The emulated world: what exists in the clouds, in one SQLite file that many processes share.

Every emulated provider keeps its things here and nowhere else, so the world outlives the process that changed it, and
two stacks deployed at the same time meet in it as they would in a project. Each process has one connection, guarded by
a lock: writers of one process queue at the lock, which is fair and quick, and only processes wait for each other
inside SQLite. A commit reaches the file but is not forced to the disk (WAL, synchronous=NORMAL): a killed process
loses nothing, a power cut may lose the last moments, never the file.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
  cloud TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL, parent TEXT NOT NULL,
  inputs TEXT NOT NULL, outputs TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
  PRIMARY KEY (cloud, type, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entity_parent ON entity (cloud, parent, type);
CREATE INDEX IF NOT EXISTS entity_urn ON entity (urn);
CREATE TABLE IF NOT EXISTS tombstone (
  cloud TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, until REAL NOT NULL,
  PRIMARY KEY (cloud, type, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS serial (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock (advanced REAL NOT NULL);
INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM clock);
CREATE TABLE IF NOT EXISTS image (
  reference TEXT NOT NULL, digest TEXT NOT NULL, crash INTEGER NOT NULL, pushed REAL NOT NULL,
  PRIMARY KEY (reference, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY, type TEXT NOT NULL, operation TEXT NOT NULL, nth INTEGER NOT NULL, effect TEXT NOT NULL,
  seconds REAL NOT NULL, seen INTEGER NOT NULL DEFAULT 0);
PRAGMA user_version = 1;
"""
_COLUMNS = "cloud, type, id, urn, parent, inputs, outputs, created, updated"
_BUSY_SECONDS = 30.0


@dataclass(frozen=True)
class Entity:
    """One thing that exists. `type` is Pulumi's token, `parent` the id of what contains it, or empty.

    `outputs` are what Pulumi is shown, and beside them the sandbox's own facts, whose keys begin with one underscore
    (`_uid`): `shown` leaves those out. Times are seconds since the epoch on the virtual clock.
    """

    cloud: str
    type: str
    id: str
    urn: str
    parent: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    created: float = 0.0
    updated: float = 0.0

    @property
    def shown(self) -> dict[str, Any]:
        """The outputs as Pulumi sees them."""
        return {k: v for k, v in self.outputs.items() if not k.startswith("_") or k.startswith("__")}

    def known_as(self, id_: str, outputs: dict[str, Any]) -> bool:
        """Whether this is what a state knows by that id. Objects of two clusters can share one; their uids differ."""
        mine, theirs = (each.get("metadata", {}).get("uid") for each in (self.outputs, outputs))
        return self.resource_id == id_ and (mine is None or theirs is None or mine == theirs)

    @property
    def resource_id(self) -> str:
        """Pulumi's id: `_id` in the outputs, else the world's.

        A Kubernetes object's id in the world has its cluster in front and two parts always.
        """
        if self.cloud != "kubernetes":
            return str(self.outputs.get("_id", self.id))
        _, namespace, name = self.id.split("/", 2)
        return f"{namespace}/{name}" if namespace else name


class Snapshot:
    """What can be read inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Rows of the tables that registry and faults keep beside the entities."""
        return self._connection.execute(sql, values).fetchall()

    def get(self, cloud: str, type: str, id: str) -> Entity | None:
        """The entity, or None where it does not exist."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM entity WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id)
        ).fetchone()
        return _entity(row) if row else None

    def list(
        self, cloud: str, type: str | None = None, prefix: str | None = None, parent: str | None = None
    ) -> list[Entity]:
        """Entities by type, beginning of their id and parent (all given must hold), sorted by id."""
        where, values = ["cloud = ?"], [cloud]
        if type is not None:
            where.append("type = ?")
            values.append(type)
        if prefix is not None:
            where.append("id >= ? AND id < ?")
            values += [prefix, prefix + "\U0010ffff"]
        if parent is not None:
            where.append("parent = ?")
            values.append(parent)
        sql = f"SELECT {_COLUMNS} FROM entity WHERE {' AND '.join(where)} ORDER BY id, type"
        return [_entity(row) for row in self._connection.execute(sql, values)]

    def now(self) -> float:
        """The virtual clock: the real one plus all that was advanced, in seconds since the epoch."""
        (advanced,) = self._connection.execute("SELECT advanced FROM clock").fetchone()
        return time.time() + float(advanced)

    def tombstoned(self, cloud: str, type: str, id: str) -> float | None:
        """Until when the name may not be used again, or None where it is free."""
        row = self._connection.execute(
            "SELECT until FROM tombstone WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id)
        ).fetchone()
        return float(row[0]) if row and row[0] > self.now() else None


class Transaction(Snapshot):
    """What can be written. Everything is undone when the block that opened it raises."""

    def put(self, entity: Entity) -> Entity:
        """Store the entity, new or changed, with its times; the result has them. `created` stays as it was."""
        now = self.now()
        created = entity.created or now
        self._connection.execute(
            f"INSERT OR REPLACE INTO entity ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entity.cloud, entity.type, entity.id, entity.urn, entity.parent),
                *(_text(entity.inputs), _text(entity.outputs), created, now),
            ),
        )
        return replace(entity, created=created, updated=now)

    def delete(self, cloud: str, type: str, id: str) -> None:
        """Remove the entity if it is there. What it contained is the provider's business."""
        self._connection.execute("DELETE FROM entity WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id))

    def tombstone(self, cloud: str, type: str, id: str, seconds: float) -> None:
        """Keep the name from being used again for so many seconds of virtual time."""
        self._connection.execute(
            "INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?, ?)", (cloud, type, id, self.now() + seconds)
        )

    def next(self, name: str, step: int = 1) -> int:
        """1, 2, 3 ... for each name: what tells a thing from its predecessor of the same name, or counts things."""
        (value,) = self._connection.execute(
            "INSERT INTO serial VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ? RETURNING value",
            (name, step, step),
        ).fetchone()
        return int(value)

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        """Change the tables that registry, clock and faults keep beside the entities."""
        self._connection.execute(sql, values)


class World:
    """The world in one file, opened at first use, in each process that uses it (also after a fork)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        _WORLDS.add(self)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction. An exception undoes it; otherwise it is in the file when the block ends.

        Raises RuntimeError inside another transaction of the same thread, and sqlite3.OperationalError when another
        process keeps the world for more than 30 seconds.
        """
        with self._opened() as connection:
            if connection.in_transaction:
                raise RuntimeError("a transaction of the world is already open in this thread")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """One consistent view. Inside a transaction of the same thread it sees that transaction's changes."""
        with self._opened() as connection:
            nested = connection.in_transaction
            if not nested:
                connection.execute("BEGIN")
            try:
                yield Snapshot(connection)
            finally:
                if not nested:
                    connection.execute("COMMIT")

    def advance(self, seconds: float) -> float:
        """Move the virtual clock forward and return the new time. Never backwards."""
        if seconds < 0:
            raise ValueError(f"the clock cannot go back by {-seconds} seconds")
        with self.transaction() as tx:
            tx.execute("UPDATE clock SET advanced = advanced + ?", (seconds,))
            return tx.now()

    def resolve(self, urn: str, known: Sequence[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]] | None:
        """What was made for this URN and is not among what the state knows: Pulumi's id and the outputs.

        For an engine that was killed between a cloud's doing and its own writing down: it adopts what this finds.
        """
        with self.read() as tx:
            rows = tx.rows(f"SELECT {_COLUMNS} FROM entity WHERE urn = ? ORDER BY created DESC, id", (urn,))
        found = [entity for entity in map(_entity, rows) if not any(entity.known_as(*each) for each in known)]
        return (found[0].resource_id, found[0].shown) if found else None

    def close(self) -> None:
        """Close this process's connection; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None:
                self._connection = _open(self.path)
            yield self._connection

    def _forget(self) -> None:
        """In a forked child: the parent's connection must be neither used nor closed, its lock may never be released."""
        if self._connection is not None:
            _INHERITED.append(self._connection)
        self._connection = None
        self._lock = threading.RLock()


_WORLDS: weakref.WeakSet[World] = weakref.WeakSet()
_INHERITED: list[sqlite3.Connection] = []


def _after_fork() -> None:
    for world in _WORLDS:
        world._forget()


os.register_at_fork(after_in_child=_after_fork)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA user_version").fetchone() == (0,):
        connection.executescript("BEGIN IMMEDIATE;" + _SCHEMA + "COMMIT;")
    return connection


def _entity(row: Any) -> Entity:
    cloud, type_, id_, urn, parent, inputs, outputs, created, updated = row
    return Entity(cloud, type_, id_, urn, parent, json.loads(inputs), json.loads(outputs), created, updated)


def _text(properties: dict[str, Any]) -> str:
    return json.dumps(properties, sort_keys=True, separators=(",", ":"))
