"""Stack locks in the file backend's layout, so that the Pulumi CLI and this engine keep off each other.

A lock left by a process of this machine that is gone is broken without asking. Beside what Pulumi writes, the file has
the process's start time, so that a process that merely got the same number is not taken for the holder.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from sandbox.engine.checkpoint import timestamp
from sandbox.engine.errors import LockedError, LockHolder
from sandbox.engine.files import write_atomically

GRACE_SECONDS = 0.5
"""A process that was killed a moment ago takes a moment to go."""


def _process(pid: int) -> tuple[str, str]:
    """The process's state and when it started, in clock ticks since boot; empty where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""


def _alive(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    state, now = _process(pid)
    # A zombie has ended; only its parent has not been told yet.
    return state not in ("Z", "X") and (not (started and now) or started == now)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _holder(path: Path) -> LockHolder | None:
    """Who holds the lock file; None, and the file removed, if that process is gone."""
    try:
        content = json.loads(path.read_text())
        pid = int(content["pid"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return LockHolder(str(path), 0, "unknown", "unknown", "unknown")
    host = str(content.get("hostname", ""))
    if host == socket.gethostname() and not _alive(pid, str(content.get("started", ""))):
        path.unlink(missing_ok=True)
        return None
    return LockHolder(str(path), pid, str(content.get("username", "")), host, str(content.get("timestamp", "")))


def holder(folder: Path) -> LockHolder | None:
    """Who holds the stack whose locks lie in `folder`; None where nobody does."""
    found = (_holder(path) for path in (sorted(folder.glob("*.json")) if folder.is_dir() else ()))
    return next((each for each in found if each), None)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the stack whose locks lie in `folder`. Raises LockedError if another process does."""
    mine = folder / f"{uuid.uuid4()}.json"

    def check(grace: float) -> None:
        deadline = time.monotonic() + grace
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            while path != mine and (holder := _holder(path)):
                if holder.hostname != socket.gethostname() or time.monotonic() > deadline:
                    raise LockedError(holder)
                time.sleep(GRACE_SECONDS / 20)

    check(GRACE_SECONDS)
    content = {
        "pid": os.getpid(),
        "username": _user(),
        "hostname": socket.gethostname(),
        "timestamp": timestamp(),
        "started": _process(os.getpid())[1],
    }
    write_atomically(mine, json.dumps(content))
    try:
        # Whoever wrote at the same moment sees us as we see them: both give way rather than both go on.
        check(0)
        yield
    finally:
        mine.unlink(missing_ok=True)
