"""Ctrl-C: what is under way is finished and saved; again, and the run stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

TOLD = (
    "interrupted: what is under way is finished, then the state is saved and the lock released; "
    "interrupt again to stop at once"
)


@contextmanager
def heeded(stopped: threading.Event, tell: Callable[[], None]) -> Iterator[None]:
    """Within the block the first interrupt sets `stopped` and calls `tell` in a thread of its own; the next is raised as usual.

    A KeyboardInterrupt comes between any two instructions of the main thread: with half an event in the pipe, or with a
    thread started that nobody will wait for. So nothing is raised; the run sees that it is over and ends in order. Only
    a main thread hears of interrupts; in another one nothing changes.

    The handler sets `stopped` itself: the program goes on in the main thread after it, and would begin more until another
    thread had its turn. Nobody may wait for `stopped`, as who does holds the lock that setting it takes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Telling takes locks, which the code that is interrupted may hold; putting into this queue never waits.
    asked: SimpleQueue[bool] = SimpleQueue()

    def watch() -> None:
        if asked.get():
            tell()

    def first(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stopped.set()
        asked.put(True)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        asked.put(False)
        watcher.join()
