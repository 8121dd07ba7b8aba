"""The event loop of a program that registers thousands of resources."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple, Unpack

_LONGEST = 0.1
_TURNS = 1000
_QUIET = 10
"""Turns without another call after which those so far are made."""

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_Call = tuple[asyncio.Future[Any], Callable[[], Any]]


@dataclass(frozen=True, kw_only=True)
class Direct:
    """When the SDK's calls are made in the loop's own thread: handing each to another one costs a fifth of a run.

    `now` says whether none of them can wait, for a cloud far away or for the program itself. As many as `at_most` that come
    at the same time are made within one `together`.
    """

    now: Callable[[], bool]
    together: Callable[[], AbstractContextManager[None]]
    at_most: int


class PatientLoop(asyncio.SelectorEventLoop):
    """A loop that hears what other threads have for it in batches, once its own work is done.

    The SDK looks at everything outstanding whenever one answer arrives, so that answers one at a time cost the square
    of their number. Here the loop rests, up to 0.1 s, for as long as it took it to work off the last batch: answers come
    together meanwhile, and the threads that make them have the interpreter to themselves. It does not rest where no thread
    of an executor works any more: then there is nothing to wait for. In a small program a batch takes, and so delays, a
    fraction of a millisecond.
    """

    def __init__(self, direct: Direct | None = None) -> None:
        """With `direct` the SDK's calls need no other thread at such times; those of a program's own always do."""
        super().__init__()
        self._direct = direct
        self._asked: list[_Call] = []
        self._waiting: list[asyncio.Handle] = []
        self._guard = threading.Lock()
        self._worked = 0.0
        self._working = 0

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """As the base class's, unless it is one of the calls that are made in this thread."""
        if self._direct and _of_the_sdk(func) and self._direct.now():
            future: asyncio.Future[_T] = self.create_future()
            self._asked.append((future, functools.partial(func, *args)))
            if len(self._asked) == 1:
                self.call_soon(self._answer, self._direct, 0, 0)
            return future
        return self._threaded(executor, func, *args)

    def _answer(self, direct: Direct, before: int, quiet: int) -> None:
        """Make the calls that were asked for, once no more have come for some turns or nobody else can go on: of what a program
        registers one after the other each takes some turns to get here, and some more than others."""
        quiet = quiet + 1 if len(self._asked) == before else 0
        if quiet < _QUIET and self._others():
            self.call_soon(self._answer, direct, len(self._asked), quiet)
            return
        asked = self._asked.copy()
        self._asked.clear()
        for first in range(0, len(asked), direct.at_most):
            with direct.together():
                for future, call in asked[first : first + direct.at_most]:
                    self._call(direct, future, call)

    def _call(self, direct: Direct, future: asyncio.Future[Any], call: Callable[[], Any]) -> None:
        if future.cancelled():
            return
        if not direct.now():
            # A call made just before this one has changed that.
            self._threaded(None, call).add_done_callback(lambda done: _pass_on(done, future))
            return
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    def _threaded(
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

    async def last(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of the work, which whenever it wakes lets all others go first that can go on.

        For the SDK's main coroutine: it waits for any of some thousand outputs and, each time, looks at them all. It is
        not kept waiting for good by others that never end: after 1,000 turns of theirs it is let on.
        """
        return await _Last(work, self._others)

    def _others(self) -> bool:
        """Whether anything else can go on now; no, should asyncio keep its list elsewhere one day."""
        return bool(getattr(self, "_ready", ()))

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


def _of_the_sdk(func: Callable[..., Any]) -> bool:
    return (getattr(func, "__module__", None) or "").startswith("pulumi.")


def _pass_on(done: asyncio.Future[_T], future: asyncio.Future[_T]) -> None:
    if future.cancelled():
        return
    if (error := done.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


class _Last:
    """An awaitable that passes on what the work awaits, and lets others go first before the work learns of it."""

    def __init__(self, work: Coroutine[Any, Any, Any], others: Callable[[], bool]) -> None:
        self._work = work
        self._others = others

    def __await__(self) -> Generator[Any, None, Any]:
        raised: BaseException | None = None
        while True:
            try:
                awaited = self._work.send(None) if raised is None else self._work.throw(raised)
            except StopIteration as end:
                return end.value
            try:
                yield awaited
                raised = None
                for _ in range(_TURNS):
                    if not self._others():
                        break
                    yield None
            except BaseException as error:  # noqa: BLE001 - thrown in by the task, for the work to hear
                raised = error
