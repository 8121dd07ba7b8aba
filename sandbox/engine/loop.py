"""The event loop of a program that registers thousands of resources."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import TypeVar, TypeVarTuple, Unpack

_LONGEST = 0.1

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class PatientLoop(asyncio.SelectorEventLoop):
    """A loop that hears what other threads have for it in batches, once its own work is done.

    The SDK looks at everything outstanding whenever one answer arrives, so that answers one at a time cost the square
    of their number. Here the loop rests, up to 0.1 s, for as long as it took it to work off the last batch: answers come
    together meanwhile, and the threads that make them have the interpreter to themselves. It does not rest where no thread
    of an executor works any more: then there is nothing to wait for. In a small program a batch takes, and so delays, a
    fraction of a millisecond.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[asyncio.Handle] = []
        self._guard = threading.Lock()
        self._worked = 0.0
        self._working = 0

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """As the base class's, counted while it is asked or at work."""

        def counted() -> _T:
            try:
                return func(*args)
            finally:
                with self._guard:
                    self._working -= 1

        with self._guard:
            self._working += 1
        return super().run_in_executor(executor, counted)

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[_Ts]], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As the base class's, in the order of the calls, but perhaps a little later."""
        handle = asyncio.Handle(callback, list(args), self, context)
        with self._guard:
            first = not self._waiting
            self._waiting.append(handle)
            last = not self._working
        if last:
            super().call_soon_threadsafe(self._hear)
        elif first:
            super().call_soon_threadsafe(self._rest)
        return handle

    def _rest(self) -> None:
        busy = time.thread_time() - self._worked
        self.call_later(min(busy, _LONGEST), self._hear)

    def _hear(self) -> None:
        with self._guard:
            handles = self._waiting.copy()
            self._waiting.clear()
        if handles:
            self._worked = time.thread_time()
        for handle in handles:
            if not handle.cancelled():
                self.call_soon(handle._run)
