"""What a database remembers of the plain SQL files that were run on it, and what is wrong with files held against that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from migrations import layout
from migrations.database import Database
from model.errors import Problem

TABLE = "public.slipway_migrations"
_MADE = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL
)"""


@dataclass(frozen=True)
class History:
    """The files that were run, by name, each with the checksum that it had."""

    ran: Mapping[str, str]

    def problems(self, files: Mapping[str, str]) -> list[Problem]:
        """Why the files (name -> SQL) cannot follow what was run: a file that was run never changes."""
        found = changed(self.ran, {name: sha256(sql) for name, sql in files.items()})
        last = max(self.ran, key=layout.order, default="")
        found += [
            Problem(name, "", f"it comes before {last}, which was run already", "Give it a name that comes after.")
            for name in self.pending(files)
            if last and layout.order(name) < layout.order(last)
        ]
        return found

    def pending(self, files: Mapping[str, str]) -> list[str]:
        """The files that were not run yet, in their order."""
        return [name for name in files if name not in self.ran]


def read(database: Database) -> History:
    """What the database remembers; nothing where nothing was ever run."""
    if database.run(f"SELECT to_regclass('{TABLE}')")[0][0] is None:
        return History({})
    return History({str(name): str(digest) for name, digest in database.run(f"SELECT name, sha256 FROM {TABLE}")})


def prepare(database: Database) -> None:
    """Make the table, where there is none."""
    database.run("SET client_min_messages = warning")
    database.run(_MADE)
    database.run("RESET client_min_messages")


def remember(database: Database, name: str, sql: str, seconds: float) -> None:
    """That a file was run; in its own transaction, where it has one."""
    database.run(
        f"INSERT INTO {TABLE} (name, sha256, seconds) VALUES (:name, :digest, :seconds)",
        name=name,
        digest=sha256(sql),
        seconds=seconds,
    )


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[Problem]:
    """Files (name -> checksum) that were there before and are edited or gone."""
    remedy = "Put it back as it was, and write another migration."
    return [
        Problem(name, "", "it is gone, though it was run or released" if name not in now else "it was edited", remedy)
        for name, digest in before.items()
        if now.get(name) != digest
    ]


def sha256(sql: str) -> str:
    """The checksum of a file's text."""
    return hashlib.sha256(sql.encode()).hexdigest()
