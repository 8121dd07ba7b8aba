"""Interpreter settings for a run."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (200_000, 50, 100)
_SWITCH_SECONDS = 0.001


def tune() -> None:
    """The same for good, in a process that ends with its run: putting the thresholds back would collect once more."""
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_SECONDS)


@contextmanager
def tuned() -> Iterator[None]:
    """Interpreter settings for thousands of resources, put back afterwards.

    Garbage is collected rarely: the default thresholds cost half of a run's time with so many live objects. Threads take
    turns every millisecond instead of five: the SDK's loop works long whenever it wakes, and answers must not queue behind
    it (5,000 resources on 2 busy cores: 38 s instead of 61). Five turns a millisecond would only switch between them
    twice as often.
    """
    before = gc.get_threshold(), sys.getswitchinterval()
    tune()
    try:
        yield
    finally:
        gc.set_threshold(*before[0])
        sys.setswitchinterval(before[1])
