"""Runs plain SQL files, each once, in their order and whole: what `slipway migrations run` does.

Tools that keep a history of their own (Atlas, golang-migrate, Alembic) are not run by this. One session does it all, so that the
lock that keeps others out is held from the first look to the last file, and goes with the session whatever becomes of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol

from migrations import history
from migrations.database import Database, SqlError, Unreachable
from migrations.runnable import Piece, Runnable, runnable
from model.errors import ConfigError, Problem

LOCK_KEY = 0x736C6970776179
"""The advisory lock: `slipway` in ASCII. Each database has its own, since advisory locks are of a database."""
WAIT_SECONDS = 600.0
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Between attempts at a file that did not get a table's lock: whoever holds it may be through by then."""
NOT_AVAILABLE = "55P03"

_INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
"""What an index built concurrently leaves behind when it fails."""

Tell = Callable[[str], None]


class MigrationFailed(Exception):
    """A file could not be run; `left` says what of it is there all the same."""

    def __init__(self, name: str, line: int, error: SqlError, left: str) -> None:
        super().__init__(f"{name}, line {line}: {error}; {left}")
        self.name, self.line, self.error, self.left = name, line, error, left


class Busy(Exception):
    """Somebody else runs migrations on this database, and has not ended."""


class Watcher(Protocol):
    """Whoever looks on while a file is run, on the same session."""

    def before(self, piece: Piece) -> None:
        """It is about to be run."""
        ...

    def after(self, piece: Piece) -> None:
        """It was run; where there is a transaction, it is still open."""
        ...


def run(database: Database, files: Mapping[str, str], tell: Tell, watcher: Watcher | None = None) -> list[str]:
    """Run the files (name -> SQL, in their order) that the database lacks; their names.

    Raises ConfigError where the files do not follow what was run, MigrationFailed at the first that fails, Busy.
    """
    parsed = checked(files)
    with alone(database, tell):
        history.prepare(database)
        known = history.read(database)
        if problems := known.problems(files):
            raise ConfigError(*problems)
        pending = known.pending(files)
        tell(f"{len(pending)} of {len(files)} files are to be run, on PostgreSQL {database.version}")
        for name in pending:
            apply(database, name, files[name], parsed[name], tell, watcher)
    return pending


def checked(files: Mapping[str, str]) -> dict[str, Runnable]:
    """The files as they would be run. Raises ConfigError for those that cannot be, before any is."""
    parsed = {name: runnable(sql) for name, sql in files.items()}
    remedy = "Give it a file of its own, or write '-- slipway:no-transaction' into this one."
    if problems := [Problem(name, "", each.problem, remedy) for name, each in parsed.items() if each.problem]:
        raise ConfigError(*problems)
    return parsed


@contextmanager
def alone(database: Database, tell: Tell, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Nobody else runs migrations meanwhile. Raises Busy after so many seconds."""
    deadline = time.monotonic() + seconds
    told = False
    while not database.run(f"SELECT pg_try_advisory_lock({LOCK_KEY})")[0][0]:
        if time.monotonic() > deadline:
            raise Busy(f"another session has run migrations on {database.address.database} for {seconds:.0f} s")
        if not told:
            tell("waiting for another session that runs migrations")
            told = True
        time.sleep(min(1.0, seconds / 10))
    try:
        yield
    finally:
        # A broken session has lost it already.
        with suppress(Unreachable):
            database.run(f"SELECT pg_advisory_unlock({LOCK_KEY})")


def apply(
    database: Database, name: str, sql: str, parsed: Runnable, tell: Tell, watcher: Watcher | None = None
) -> None:
    """Run one file and remember it. Raises MigrationFailed; a file that only did not get a lock is tried again."""
    for pause in (*PAUSES, None):
        begun = time.monotonic()
        line = 1
        # What the file before has SET is not this one's.
        database.run("RESET ALL")
        try:
            if parsed.transaction:
                database.run("BEGIN")
            for number, piece in enumerate(parsed.pieces, 1):
                line = piece.line
                tell(f"{name} {number}/{len(parsed.pieces)}, line {line}: {piece.title}")
                _one(database, piece, watcher)
            seconds = time.monotonic() - begun
            history.remember(database, name, sql, seconds)
            if parsed.transaction:
                # What is deferred is checked only now.
                database.run("COMMIT")
        except SqlError as error:
            left = _left(database, parsed, line)
            if error.code != NOT_AVAILABLE or not parsed.transaction or pause is None:
                raise MigrationFailed(name, line, error, left) from None
            tell(f"{name}, line {line}: {error}; {left}; once more in {pause:.0f} s")
            time.sleep(pause)
        else:
            tell(f"{name}: done in {seconds:.2f} s")
            return


def _one(database: Database, piece: Piece, watcher: Watcher | None) -> None:
    kept = ""
    if piece.outside:
        # It waits for transactions, not for a lock that others queue behind, and giving up would leave half an index.
        kept = str(database.run("SHOW lock_timeout")[0][0])
        database.run("SET lock_timeout = 0")
    if watcher:
        watcher.before(piece)
    database.run(piece.text)
    if watcher:
        watcher.after(piece)
    if kept:
        database.run(f"SET lock_timeout = '{kept}'")


def _left(database: Database, parsed: Runnable, line: int) -> str:
    """What a failed file leaves, in words."""
    if parsed.transaction:
        database.run("ROLLBACK")
        return "nothing of it is left"
    # A file without a transaction may have begun one by itself.
    database.run("ROLLBACK")
    invalid = [str(index) for (index,) in database.run(_INVALID)]
    before = any(each.line < line and each.words[0] != "SET" for each in parsed.pieces)
    left = ["what stands before that line"] if before else []
    left += [f"the invalid index {index} (DROP INDEX CONCURRENTLY {index} first)" for index in invalid]
    return f"it has left {' and '.join(left)}" if left else "nothing of it is left"
