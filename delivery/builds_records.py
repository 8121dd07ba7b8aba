"""The sandbox's builds: one JSON file that several processes may change, and people may read.

Starting a build writes it down; whoever runs it takes it from `queued`, says with `begin` that it works on it and with `finish`
how it ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from delivery.atomic import replace_text
from delivery.builds import RUNNING, WAITING, BuildRecord
from delivery.errors import Failed
from model.errors import ConfigError, Problem

FILE, LOCK = "builds.json", ".builds.lock"
"""In the sandbox's folder."""


class Recorded(BaseModel):
    """What the file has of one build. `at` is when it was asked for; in the sandbox none has to wait."""

    model_config = ConfigDict(extra="forbid")

    id: str
    trigger: str
    commit: str
    substitutions: dict[str, str]
    at: datetime
    status: str
    seconds: float | None = None

    def read(self) -> BuildRecord:
        """As delivery speaks of it."""
        started = self.at if self.status == "WORKING" or self.seconds is not None else None
        return BuildRecord(self.id, self.trigger, self.status, self.commit, started, self.seconds, url(self.id))


class Records(BaseModel):
    """All of them, oldest first."""

    model_config = ConfigDict(extra="forbid")

    builds: list[Recorded] = []

    def find(self, id: str) -> Recorded:
        """The build of that id. Raises Failed where there is none."""
        for each in self.builds:
            if each.id == id:
                return each
        raise Failed(f"the sandbox has no build {id}", "'slipway pipeline history' shows their ids.")


def url(id: str) -> str:
    """Where a build of the sandbox is: nowhere that a browser finds."""
    return f"sandbox://builds/{id}"


def asked_for(folder: Path, trigger: str, commit: str, substitutions: Mapping[str, str], at: datetime) -> str:
    """Write down a build that somebody is to run; its id."""
    return _added(folder, trigger, commit, substitutions, at, "QUEUED")


def started(folder: Path, trigger: str, commit: str, substitutions: Mapping[str, str], at: datetime) -> str:
    """Write down a build that whoever asks runs at once; its id."""
    return _added(folder, trigger, commit, substitutions, at, "WORKING")


def queued(folder: Path) -> list[Recorded]:
    """Those that nobody has begun, oldest first."""
    return [each for each in load(folder).builds if each.status in WAITING]


def begin(folder: Path, id: str) -> None:
    """Somebody works on it. Raises Failed where it was begun or has ended already."""
    with changing(folder) as records:
        found = records.find(id)
        if found.status not in WAITING:
            raise Failed(f"the build {id} is {found.status}, and is not begun again", "Start another.")
        found.status = "WORKING"


def finish(folder: Path, id: str, status: str, seconds: float) -> None:
    """How it ended, in Cloud Build's words. What has ended already, as by being cancelled, stays as it is."""
    with changing(folder) as records:
        found = records.find(id)
        if found.status in RUNNING:
            found.status, found.seconds = status, seconds


def _added(folder: Path, trigger: str, commit: str, substitutions: Mapping[str, str], at: datetime, status: str) -> str:
    with changing(folder) as records:
        id_ = str(len(records.builds) + 1)
        made = Recorded(id=id_, trigger=trigger, commit=commit, substitutions=dict(substitutions), at=at, status=status)
        records.builds.append(made)
    return id_


def load(folder: Path) -> Records:
    """What the file says; nothing where there is none. Raises ConfigError where it was damaged."""
    path = folder / FILE
    try:
        return Records.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Records()
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        remedy = "Correct it, or begin anew with 'slipway sandbox reset'."
        raise ConfigError(Problem(str(path), key, first["msg"], remedy)) from None


@contextmanager
def changing(folder: Path) -> Iterator[Records]:
    """The records, to be changed in place: written whole at the end, one process after the other.

    Nothing is written where the block raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A lock of its own: the file itself is replaced at each change.
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        records = load(folder)
        yield records
        replace_text(folder / FILE, records.model_dump_json(indent=2) + "\n")
    finally:
        os.close(handle)
