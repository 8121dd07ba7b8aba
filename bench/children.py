"""Work in forked children of a process that has only imported, so that each measurement starts from the same place.

Whoever forks here must hold no thread, event loop, gRPC channel or open database: the engine's rule (`forked.py`).
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, ParamSpec, TypeVar

_FORK = multiprocessing.get_context("fork")
_MIB_PER_UNIT = 1 / 2**20 if sys.platform == "darwin" else 1 / 2**10
"""`ru_maxrss` counts KiB on Linux and bytes on macOS."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Cost(Generic[R]):
    """What a child took. `mib` is the most memory that it, or a child of its own, had resident at once.

    `busy` is how many seconds a processor worked for it and its own children: of all figures it depends the least on what
    else the machine does.
    """

    result: R
    seconds: float
    busy: float
    mib: float


@dataclass(frozen=True)
class Running(Generic[R]):
    """A child at work."""

    process: BaseProcess
    answers: Connection

    def wait(self) -> Cost[R]:
        """Its end. Raises RuntimeError with the child's traceback."""
        cost: Cost[R] = _answer(self.answers)
        self.process.join()
        return cost


def start(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Running[R]:
    """Begin to call the function in a forked child, which times the call."""
    here, there = _FORK.Pipe(duplex=False)

    def work() -> None:
        begun = time.perf_counter()
        result = function(*args, **kwargs)
        seconds = time.perf_counter() - begun
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        busy = sum(each.ru_utime + each.ru_stime for each in used)
        mib = max(each.ru_maxrss for each in used) * _MIB_PER_UNIT
        there.send(Cost(result=result, seconds=seconds, busy=busy, mib=mib))

    process = _FORK.Process(target=_guarded, args=(work, there))
    process.start()
    there.close()
    return Running(process, here)


def in_child(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Cost[R]:
    """Call the function in a forked child and wait for it."""
    return start(function, *args, **kwargs).wait()


@contextmanager
def beside(manager: Callable[[], AbstractContextManager[R]]) -> Iterator[R]:
    """Keep a context open in a forked child while the block runs; gives what the context gives."""
    answers, there = _FORK.Pipe(duplex=False)
    waiting, release = _FORK.Pipe(duplex=False)

    def work() -> None:
        release.close()
        with manager() as value:
            there.send(value)
            waiting.poll(None)

    process = _FORK.Process(target=_guarded, args=(work, there))
    process.start()
    there.close()
    try:
        yield _answer(answers)
    finally:
        release.close()
        process.join()


def _guarded(work: Callable[[], None], there: Connection) -> None:
    try:
        work()
    except BaseException:  # noqa: BLE001 - the parent raises it
        there.send(_Failure(traceback.format_exc()))


@dataclass(frozen=True)
class _Failure:
    text: str


def _answer(here: Connection) -> Any:
    try:
        answer = here.recv()
    except EOFError:
        raise RuntimeError("a child ended without an answer") from None
    if isinstance(answer, _Failure):
        raise RuntimeError(answer.text)  # noqa: TRY004 - the failure came in place of the answer
    return answer
