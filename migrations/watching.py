"""What a migration does to those who use the tables meanwhile: the locks that it takes, and for how long others wait.

Two ways at once. The migration's own session is asked after each statement which locks it holds, which is exact. A statement that is
its own transaction has let go of them by then; so it finds every table locked, and a second session that looks every few
milliseconds sees what it waits for, opens the tables to it, and looks on. And two more do what services do, a read and a write of
each table again and again, so that waiting is measured and not concluded.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from migrations.database import Address, Database, SqlError, Unreachable
from migrations.history import TABLE
from migrations.runnable import Piece
from migrations.running import NOT_AVAILABLE

MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""From the weakest to the strongest: https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES"""
STOPS_READS = frozenset(MODES[7:])
STOPS_WRITES = frozenset(MODES[4:])

SAMPLE_SECONDS = 0.002
PATIENCE_MILLISECONDS = 20
"""How long a probe waits for a lock before it looks at the next table."""
BARRIER_MILLISECONDS = 200
"""How long to wait for a table to have it for oneself; longer than any probe has it."""
JOIN_SECONDS = 10.0

_READ, _WRITE = "SELECT FROM {} LIMIT 1", "DELETE FROM {} WHERE false"
"""The locks of any read and of any write; nothing is changed."""
_TABLES = f"""SELECT c.oid, c.oid::regclass::text, pg_relation_filenode(c.oid) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema' AND c.oid IS DISTINCT FROM to_regclass('{TABLE}')"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = {} AND locktype = 'relation' AND granted"
_WANTED = "SELECT CASE locktype WHEN 'relation' THEN relation END, mode, granted FROM pg_locks WHERE pid = {}"
"""Of rows, pages, and a file that grows, the same table has locks of the same names, which keep nobody from it."""


@dataclass(frozen=True)
class Lock:
    """The strongest lock on a table, for how many seconds it was held, and for how many reads and writes had to wait."""

    table: str
    mode: str
    held: float
    reads: float = 0.0
    writes: float = 0.0

    @property
    def stops(self) -> float:
        """For how many seconds somebody could not go on."""
        return max(self.reads, self.writes, self.held if self.mode in STOPS_WRITES else 0.0)


@dataclass(frozen=True)
class Seen:
    """What one statement did: seconds it took, locks that it took first, tables that were written anew."""

    line: int
    text: str
    seconds: float
    locks: Sequence[Lock]
    rewritten: Sequence[str]


class Watch:
    """Looks on from `with` to its end; then `seen` holds what there was. Tables that the migration makes count for nothing.

    `alone` says that each statement is its own transaction.
    """

    def __init__(self, session: Database, *, alone: bool = False) -> None:
        self._session = session
        self._alone = alone
        self._tables: dict[int, str] = {}
        self._files: dict[int, int | None] = {}
        self._drafts: list[_Draft] = []
        self._held: dict[str, int] = {}
        self._stop = threading.Event()
        self._samples: dict[tuple[int, str], list[float]] = {}
        self._waits: dict[tuple[str, str], float] = {}
        self._threads: list[threading.Thread] = []
        self._barrier: _Barrier | None = None
        self.seen: list[Seen] = []

    def __enter__(self) -> Self:
        for oid, name, file in self._session.run(_TABLES):
            self._tables[int(oid)], self._files[int(oid)] = str(name), file
        address = replace(self._session.address, options=f"-c lock_timeout={PATIENCE_MILLISECONDS}ms")
        sessions = [Database(address) for _ in range(3)]
        self._threads = [
            threading.Thread(target=self._sample, args=(sessions[0],), daemon=True),
            *(
                threading.Thread(target=self._probe, args=(session, kind, query), daemon=True)
                for session, kind, query in zip(sessions[1:], ("reads", "writes"), (_READ, _WRITE), strict=True)
            ),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        ended = time.monotonic()
        self._open()
        self._stop.set()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
        self.seen = [self._finished(draft, ended) for draft in self._drafts]

    def before(self, piece: Piece) -> None:
        """A statement begins. One that only sets something asks for no table."""
        if self._alone and piece.words[0] != "SET":
            self._barrier = _Barrier(self._session.address, self._tables.values())
        self._drafts.append(_Draft(piece, time.monotonic()))

    def after(self, piece: Piece) -> None:
        """It has ended, and its locks are still held where it shares a transaction."""
        draft = self._drafts[-1]
        draft.ended = time.monotonic()
        self._open()
        for oid, mode in self._session.run(_LOCKS.format(self._session.pid)):
            table, spoken = self._tables.get(int(oid)), _spoken(str(mode))
            # Beside what it holds already, a weaker lock changes nothing for anybody.
            if table and MODES.index(spoken) > self._held.get(table, -1):
                self._held[table] = MODES.index(spoken)
                draft.took.append((table, spoken))
        now = {int(oid): file for oid, _, file in self._session.run(_TABLES)}
        changed = [oid for oid, file in now.items() if oid in self._files and self._files[oid] != file]
        draft.rewritten = [self._tables[oid] for oid in changed]
        self._files.update({oid: now[oid] for oid in changed})

    def _finished(self, draft: _Draft, ended: float) -> Seen:
        locks: dict[str, Lock] = {}
        for table, mode in draft.took:
            _strongest(locks, Lock(table, mode, ended - draft.begun))
        until = draft.ended or ended
        for (oid, mode), moments in self._samples.items():
            within = [each for each in moments if draft.begun <= each <= until]
            table = self._tables.get(oid)
            if within and table and MODES.index(mode) > self._held.get(table, -1):
                _strongest(locks, Lock(table, mode, within[-1] - within[0]))
        for table, lock in locks.items():
            # Nobody waits longer than the lock is held; the rest is this machine's own.
            reads = min(lock.held, self._waits.pop(("reads", table), 0.0)) if lock.mode in STOPS_READS else 0.0
            writes = min(lock.held, self._waits.pop(("writes", table), 0.0)) if lock.mode in STOPS_WRITES else 0.0
            locks[table] = replace(lock, reads=reads, writes=writes)
        shown = tuple(locks[table] for table in sorted(locks))
        return Seen(draft.piece.line, draft.piece.title, until - draft.begun, shown, tuple(draft.rewritten))

    def _sample(self, session: Database) -> None:
        with session:
            while not self._stop.wait(SAMPLE_SECONDS):
                try:
                    found = session.run(_WANTED.format(self._session.pid))
                except (SqlError, Unreachable):
                    self._open()
                    return
                now = time.monotonic()
                for oid, mode, _ in found:
                    if oid is not None:
                        self._samples.setdefault((int(oid), _spoken(str(mode))), []).append(now)
                if not all(granted for *_, granted in found):
                    self._open()

    def _probe(self, session: Database, kind: str, query: str) -> None:
        since: dict[str, float] = {}
        with session:
            while not self._stop.is_set():
                for table in self._tables.values():
                    begun = time.monotonic()
                    try:
                        session.run(query.format(table))
                    except SqlError as error:
                        if error.code == NOT_AVAILABLE:
                            since.setdefault(table, begun)
                            continue
                    except Unreachable:
                        return
                    if (blocked := since.pop(table, None)) is not None or time.monotonic() - begun > SAMPLE_SECONDS:
                        self._wait(kind, table, time.monotonic() - (blocked or begun))
                time.sleep(SAMPLE_SECONDS)
        for table, blocked in since.items():
            self._wait(kind, table, time.monotonic() - blocked)

    def _open(self) -> None:
        if self._barrier:
            self._barrier.open()

    def _wait(self, kind: str, table: str, seconds: float) -> None:
        self._waits[kind, table] = self._waits.get((kind, table), 0.0) + seconds


class _Barrier:
    """A session that has every table for itself until it is opened, by any thread; not those that the migration has already."""

    def __init__(self, address: Address, tables: Iterable[str]) -> None:
        self._opening = threading.Lock()
        self._session = Database(replace(address, options=f"-c lock_timeout={BARRIER_MILLISECONDS}ms"))
        self._session.run("BEGIN")
        for table in tables:
            self._session.run("SAVEPOINT before")
            try:
                self._session.run(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            except SqlError:
                self._session.run("ROLLBACK TO before")

    def open(self) -> None:
        """Let everybody in; a second time does nothing."""
        with self._opening, suppress(SqlError, Unreachable):
            self._session.run("ROLLBACK")
            self._session.close()


@dataclass
class _Draft:
    piece: Piece
    begun: float
    ended: float | None = None

    def __post_init__(self) -> None:
        self.took: list[tuple[str, str]] = []
        self.rewritten: list[str] = []


def _strongest(locks: dict[str, Lock], lock: Lock) -> None:
    known = locks.get(lock.table)
    if known is None or MODES.index(known.mode) < MODES.index(lock.mode):
        locks[lock.table] = lock


def _spoken(mode: str) -> str:
    """`AccessExclusiveLock` as SQL names it."""
    return "".join(f" {sign}" if sign.isupper() else sign for sign in mode.removesuffix("Lock")).strip().upper()
