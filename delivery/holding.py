"""One deployment at a time in each environment, and the second one learns who is first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.errors import Locked
from delivery.ledger import FOLDER


@contextmanager
def held(config_dir: Path, environment: str, who: str) -> Iterator[None]:
    """Hold an environment on this machine; the kernel lets go when the process ends, however it ends.

    This keeps two people at one clone apart before a pin is written. Between machines the engine's own lock on the
    stack's state decides. Raises Locked with the holder's name.
    """
    folder = config_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f".{environment}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 1000).decode(errors="replace").strip() or "somebody"
            raise Locked(f"{holder} is changing {environment} right now", "Wait until that is done.") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{who} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(handle)
