"""Waiting for somebody else's run to end: bounded, and told of."""

import time
from collections.abc import Callable
from typing import TypeVar

from delivery.durations import spoken
from delivery.errors import Locked

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 120.0
"""Seconds between two questions whether a stack's state is free, doubled each time; an engine tells nobody when it is."""

Answer = TypeVar("Answer")


class Patience:
    """`seconds` in all, from now on, however often it is asked for. `tell` says who is waited for."""

    def __init__(
        self,
        seconds: float,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._until = clock() + seconds
        self.tell, self._clock, self._sleep = tell, clock, sleep

    @property
    def left(self) -> float:
        """Seconds, none of them negative."""
        return max(0.0, self._until - self._clock())

    def until_free(self, action: Callable[[], Answer]) -> Answer:
        """Do something, again after each time that somebody else was at it. Raises Locked when patience has run out."""
        pause = FIRST_PAUSE
        while True:
            try:
                return action()
            except Locked as locked:
                if not self.left:
                    raise
                wait = min(pause, self.left)
                self.tell(f"{locked.what}; trying again in {spoken(wait)}")
            self._sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
