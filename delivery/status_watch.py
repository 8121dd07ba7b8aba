"""`slipway status --watch`: the same table again and again."""

import sys
import time
from collections.abc import Callable

from rich.console import Group
from rich.live import Live

from delivery import screen

Look = Callable[[], Group]


def watch(look: Look, seconds: float) -> None:
    """Look every so many seconds until somebody interrupts, which is no failure. A pipe gets one look below the other."""
    try:
        if sys.stdout.isatty():
            with Live(look(), console=screen.out(), auto_refresh=False, vertical_overflow="visible") as live:
                while True:
                    time.sleep(seconds)
                    live.update(look(), refresh=True)
        while True:
            screen.out().print(look())
            sys.stdout.flush()
            time.sleep(seconds)
    except KeyboardInterrupt:
        return
