"""Stack locks in the file backend's layout, so that the Pulumi CLI and this engine keep off each other.

A lock left by a process of this machine that is gone is broken without asking. Beside what Pulumi writes, the file has
the process's start time, so that a process that merely got the same number is not taken for the holder.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import signal
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
DYING_SECONDS = 30
"""Where it is known to be going, that moment may be long: a busy machine has to come to it first, and give its memory back."""
_EXITING = 0x4
"""PF_EXITING in Linux's include/linux/sched.h."""


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


def _dying(pid: int) -> bool:
    """Whether the process will do nothing more: it is on its way out, or SIGKILL waits for it."""
    try:
        if int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[6]) & _EXITING:
            return True
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (OSError, ValueError, IndexError):
        return False
    waiting = (int(line.split()[1], 16) for line in lines if line.startswith(("SigPnd:", "ShdPnd:")))
    return any(signals >> (signal.SIGKILL - 1) & 1 for signals in waiting)


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
        begun = time.monotonic()
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            while path != mine and (holder := _holder(path)):
                waited = time.monotonic() - begun
                if holder.hostname != socket.gethostname() or (
                    waited > grace and not (waited < DYING_SECONDS and _dying(holder.pid))
                ):
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
