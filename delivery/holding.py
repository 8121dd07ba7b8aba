"""One deployment at a time in each environment, and the second one learns who is first."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.errors import Locked
from delivery.ledger import FOLDER
from delivery.waiting import Patience

_OURS: set[int] = set()
"""The handles of what this process holds."""


def _let_go() -> None:
    """A forked child holds nothing, or the kernel would wait for it, too, before it lets somebody else begin."""
    while _OURS:
        os.close(_OURS.pop())


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def held(config_dir: Path, environment: str, who: str, patience: Patience | None = None) -> Iterator[None]:
    """Hold an environment on this machine; the kernel lets go when the process ends, however it ends.

    This keeps two people at one clone apart before a pin is written. Between machines the engine's own lock on the
    stack's state decides. Raises Locked with the holder's name, with `patience` once that has run out.
    """
    folder = config_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f".{environment}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    _OURS.add(handle)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy = f"{_holder(handle)} is changing {environment} right now"
            if patience is None or not _waited(handle, busy, patience):
                raise Locked(busy, "Wait until that is done.") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{who} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        if handle in _OURS:
            _OURS.remove(handle)
            os.close(handle)


def forget(config_dir: Path, stack: str) -> None:
    """Leave no file of a stack that is gone; for whoever holds it."""
    (config_dir / FOLDER / f".{stack}.lock").unlink(missing_ok=True)


def _holder(handle: int) -> str:
    """Whoever holds it writes the name just after taking it."""
    for _ in range(20):
        if found := os.pread(handle, 1000, 0).decode(errors="replace"):
            return found
        time.sleep(0.01)
    return "somebody"


def _waited(handle: int, busy: str, patience: Patience) -> bool:
    """Queue in the kernel, which knows at once when the holder is gone; whether that was in time.

    A thread does the waiting, since flock itself has no limit. It has a handle of its own on the same lock, so that one
    which was given up leaves nothing locked behind: what it gets is let go with its handle, the last one by then.
    """
    own = os.dup(handle)

    def queue() -> None:
        try:
            fcntl.flock(own, fcntl.LOCK_EX)
        finally:
            os.close(own)

    patience.tell(f"{busy}; waiting until that is done")
    thread = threading.Thread(target=queue, daemon=True)
    thread.start()
    thread.join(patience.left)
    return not thread.is_alive()
