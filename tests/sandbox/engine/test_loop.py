"""The loop that hears other threads in batches."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from sandbox.engine.loop import PatientLoop


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
