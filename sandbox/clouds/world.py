"""The emulated world: what exists in the clouds, in one SQLite file that many processes share.

Every emulated provider keeps its things here and nowhere else, so the world outlives the process that changed it, and
two stacks deployed at the same time meet in it as they would in a project. Each process has one connection, guarded by
a lock: writers of one process queue at the lock, which is fair and quick, and only processes wait for each other
inside SQLite. A commit reaches the file but is not forced to the disk (WAL, synchronous=NORMAL): a killed process
loses nothing, a power cut may lose the last moments, never the file.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.clouds import schema
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.transactions import COLUMNS, Entity, Snapshot, Transaction, entity_of

__all__ = ["Entity", "Snapshot", "Transaction", "World", "WorldHeld"]

_BUSY_SECONDS = 30.0
_AGAIN_SECONDS = 0.005
_DEAF_SECONDS = 0.05
"""Waiting inside SQLite, a thread hears no signal: not longer than this at a time, so that Ctrl-C is answered at once."""
_WRITE_LOCK = "120"
"""The byte of the -shm file that the writer holds: https://www.sqlite.org/walformat.html#wal_index_locks"""


class WorldHeld(CloudError):
    """Another process has kept the world for itself for longer than anybody waits. Nothing was done."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.UNAVAILABLE, message)


class World:
    """The world in one file, opened at first use, in each process that uses it (also after a fork), and again where the
    file has been taken away: what goes on after a reset goes on in the new world.

    It waits `patience` seconds for another process that writes."""

    def __init__(self, path: Path, patience: float = _BUSY_SECONDS) -> None:
        self.path = path
        self._patience = patience
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        _WORLDS.add(self)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction. An exception undoes it; otherwise it is in the file when the block ends.

        Raises RuntimeError inside another transaction of the same thread, and WorldHeld when another process keeps the
        world for more than 30 seconds.
        """
        with self._opened() as connection:
            if connection.in_transaction:
                raise RuntimeError("a transaction of the world is already open in this thread")
            with self._awaited():
                self._begin(connection)
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
            rows = tx.rows(f"SELECT {COLUMNS} FROM entity WHERE urn = ? ORDER BY created DESC, id", (urn,))
        found = [entity for entity in map(entity_of, rows) if not any(entity.known_as(*each) for each in known)]
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
            if self._connection and not self._connection.in_transaction and _inode(self.path) != self._inode:
                self.close()
            if self._connection is None:
                with self._awaited():
                    self._connection = _open(self.path, self._patience)
                self._inode = _inode(self.path)
            yield self._connection

    @contextmanager
    def _awaited(self) -> Iterator[None]:
        """SQLite's word that it has waited long enough, as one that tells for whom."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            holder = _holder(self.path)
            who = f"process {holder}" if holder else "another process"
            raise WorldHeld(f"{self.path} is held by {who} for more than {self._patience:g} s") from None

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Open a write transaction as soon as no other process has one."""
        until = time.monotonic() + self._patience
        _wait_at_most(connection, _DEAF_SECONDS)
        try:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or time.monotonic() > until:
                        raise
                else:
                    return
        finally:
            _wait_at_most(connection, self._patience)

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


def _holder(path: Path) -> int:
    """The process that writes in the world, where Linux tells; else 0. The file is not opened, as closing it again would
    take this process's own locks on it away."""
    try:
        inode = path.with_name(f"{path.name}-shm").stat().st_ino
        locks = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    # `1: POSIX  ADVISORY  WRITE 4711 fe:00:9977899 120 120`
    fields = [line.split() for line in locks if "->" not in line]
    found = [int(field[4]) for field in fields if field[3:4] == ["WRITE"] and field[5].endswith(f":{inode}")
             and field[6] == _WRITE_LOCK]  # fmt: skip
    return found[0] if found else 0


def _inode(path: Path) -> int:
    """Which file it is, 0 where there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _open(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to the world, which is made or brought up to date first where it has to be.

    Processes that make the file WAL at the same moment could deadlock there; all but one of them hear that it is busy
    at once, whatever the timeout (https://www.sqlite.org/c3ref/busy_handler.html), and have to begin again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    while True:
        connection = sqlite3.connect(path, timeout=_DEAF_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            while (version := _version(connection)) != schema.VERSION:
                _to_next(connection, version)
            _wait_at_most(connection, patience)
        except BaseException as error:
            connection.close()
            if not _is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return connection


def _wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _to_next(connection: sqlite3.Connection, version: int) -> None:
    """Make the tables, or those of the next version out of these, unless another process has been there first."""
    following, statements = (version + 1, schema.UPGRADES[version]) if version else (schema.VERSION, schema.TABLES)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == version:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {following}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
