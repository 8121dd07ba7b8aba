"""The loop that hears other threads in batches."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.engine.loop import Direct, PatientLoop


class Calls:
    """Calls as the SDK makes them. `groups` are the names of those made together, `threads` those that another thread made."""

    def __init__(self, at_most: int = 16) -> None:
        self.direct = True
        self.groups: list[list[str]] = []
        self.threads: list[str] = []
        self.loop = PatientLoop(Direct(now=lambda: self.direct, together=self.together, at_most=at_most))

    @contextmanager
    def together(self) -> Iterator[None]:
        self.groups.append([])
        yield

    def call(
        self, name: str, then: Callable[[], object] = lambda: None, module: str = "pulumi.x"
    ) -> asyncio.Future[str]:
        def made() -> str:
            if threading.current_thread() is threading.main_thread():
                self.groups[-1].append(name)
            else:
                self.threads.append(name)
            then()
            return name

        made.__module__ = module
        return self.loop.run_in_executor(None, made)

    def end(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


def test_calls_of_the_sdk_that_cannot_wait_are_made_in_the_loops_own_thread() -> None:
    """Together where they come at the same time, in their order; those of a program's own in another thread all the same."""
    calls = Calls(at_most=2)

    async def work() -> list[str]:
        first = [calls.call(name) for name in "abc"]
        own = calls.call("own", module="team.program")
        builtin = calls.loop.run_in_executor(None, "up".upper)
        assert calls.groups == []
        found = await asyncio.gather(*first, own, builtin)
        return [*found, await calls.call("d")]

    assert calls.loop.run_until_complete(work()) == ["a", "b", "c", "own", "UP", "d"]
    calls.end()
    assert calls.groups == [["a", "b"], ["c"], ["d"]]
    assert calls.threads == ["own"]


def test_a_call_after_which_others_may_wait_leaves_them_to_other_threads() -> None:
    """Those that were asked for beside it, too: the program may have to answer while they are made."""
    calls = Calls()

    async def work() -> list[str]:
        asked = [calls.call("a", lambda: setattr(calls, "direct", False)), calls.call("b")]
        return [*await asyncio.gather(*asked), await calls.call("c")]

    assert calls.loop.run_until_complete(work()) == ["a", "b", "c"]
    calls.end()
    assert (calls.groups, calls.threads) == ([["a"]], ["b", "c"])


@pytest.mark.parametrize("before", [True, False], ids=["direct", "in another thread"])
def test_what_fails_is_raised_where_it_is_waited_for_and_keeps_no_other_from_being_made(before: bool) -> None:
    calls = Calls()

    def fail() -> None:
        raise ValueError("no")

    async def work() -> list[str | BaseException]:
        asked = [calls.call("a", fail), calls.call("b"), calls.call("c")]
        asked[1].cancel()
        calls.direct = before
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second, third = calls.loop.run_until_complete(work())
    calls.end()
    assert (repr(first), type(second), third) == ("ValueError('no')", asyncio.CancelledError, "c")
    assert (calls.groups, calls.threads) == (([["a", "c"]], []) if before else ([[]], ["a", "c"]))


def test_what_other_threads_have_comes_in_order_and_together() -> None:
    """What was called for while the loop worked is heard in one go, before anything that it leads to; not what was
    taken back.
    """
    loop = PatientLoop()
    heard: list[object] = []

    def hear(number: int) -> None:
        heard.append(number)
        loop.call_soon(heard.append, f"after {number}")

    def call() -> None:
        handles = [loop.call_soon_threadsafe(hear, number) for number in range(4)]
        handles[2].cancel()

    async def work() -> None:
        thread = threading.Thread(target=call)
        thread.start()
        # Not awaited: the loop is kept busy until all have called.
        thread.join()
        while len(heard) < 6:
            await asyncio.sleep(0)

    loop.run_until_complete(work())
    loop.close()
    assert heard == [0, 1, 3, "after 0", "after 1", "after 3"]


def test_work_of_the_executor_comes_back() -> None:
    """An answer wakes a loop that has nothing else to do."""
    loop = PatientLoop()
    assert loop.run_until_complete(loop.run_in_executor(None, lambda: threading.current_thread().name)) != "MainThread"
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_a_loop_with_nobody_to_wait_for_does_not_rest() -> None:
    """However long it worked before; while a thread still works, it does."""
    loop = PatientLoop()
    rests: list[float] = []
    later = loop.call_later

    def call_later(delay: float, callback: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        rests.append(delay)
        return later(delay, callback, *args)

    loop.call_later = call_later  # type: ignore[assignment]
    slow = threading.Event()

    async def work() -> None:
        await loop.run_in_executor(None, int)
        assert rests == []
        beside = loop.run_in_executor(None, slow.wait)
        await loop.run_in_executor(None, int)
        assert len(rests) == 1
        slow.set()
        await beside
        assert len(rests) == 1

    loop.run_until_complete(work())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_the_last_one_goes_on_when_nobody_else_can() -> None:
    """However many turns the others take of what they woke it with."""
    loop = PatientLoop()
    order: list[str] = []

    async def chain(name: str, answer: asyncio.Future[str]) -> None:
        for turn in range(3):
            await asyncio.sleep(0)
            order.append(f"{name} {turn}")
            if turn == 0:
                answer.set_result(name)

    async def last() -> str:
        answer: asyncio.Future[str] = loop.create_future()
        tasks = [loop.create_task(chain("a", answer))]
        found = await answer
        order.append(f"last has {found}")
        await asyncio.gather(*tasks)
        return "done"

    assert loop.run_until_complete(loop.last(last())) == "done"
    loop.close()
    assert order == ["a 0", "a 1", "a 2", "last has a"]


def test_the_last_one_is_not_kept_waiting_by_who_never_ends() -> None:
    loop = PatientLoop()

    async def last() -> str:
        forever = loop.create_task(busy())
        await asyncio.sleep(0)
        forever.cancel()
        return "done"

    async def busy() -> None:
        while True:
            await asyncio.sleep(0)

    assert loop.run_until_complete(loop.last(last())) == "done"
    loop.close()


def test_what_the_last_one_awaits_fails_or_is_cancelled_for_it_as_for_any() -> None:
    loop = PatientLoop()
    heard: list[str] = []

    async def fail() -> None:
        raise ValueError("no")

    async def last() -> None:
        try:
            await loop.create_task(fail())
        except ValueError as error:
            heard.append(str(error))
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    async def around() -> None:
        task = loop.create_task(loop.last(last()))
        while heard != ["no"]:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            heard.append("told")

    loop.run_until_complete(around())
    loop.close()
    assert heard == ["no", "cancelled", "told"]
