"""What is going on: one live line on a terminal, a plain line for each finished step in a pipe."""

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.status import Status

from delivery.engines import Event, Report
from delivery.screen import err

SYMBOLS = {
    "create": "+",
    "create-replacement": "+",
    "update": "~",
    "replace": "+-",
    "delete": "-",
    "delete-replaced": "-",
    "read": ">",
    "refresh": "~",
    "import": "=",
    "same": " ",
}
PAST = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "delete-replaced": "deleted",
    "import": "imported",
}


class _Tally:
    """Counts of a run. Events may come from any thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.finished = 0
        self.busy: dict[str, float] = {}

    def hear(self, event: Event) -> None:
        with self.lock:
            if event.kind == "begun":
                self.busy[event.urn] = time.monotonic()
            elif event.kind in ("done", "failed"):
                self.busy.pop(event.urn, None)
                self.finished += event.op != "same"

    def line(self, title: str) -> str:
        with self.lock:
            oldest = next(iter(self.busy), "")
            more = f" and {len(self.busy) - 1} more" if len(self.busy) > 1 else ""
        doing = f": {described(oldest)}{more}" if oldest else ""
        return f"{title}, {self.finished} done{doing}"


@contextmanager
def shown(title: str, every_step: bool = True) -> Iterator[Report]:
    """A report that shows what it hears on stderr until the block ends; without `every_step` a pipe gets the title."""
    tally = _Tally()
    console = err()
    if sys.stderr.isatty():
        with Status(escape(title), console=console) as status:

            def live(event: Event) -> None:
                tally.hear(event)
                if event.kind == "note" and event.message and every_step:
                    console.print(escape(noted(event)))
                status.update(escape(tally.line(title)))

            yield live
        return
    console.print(escape(title))

    def plain(event: Event) -> None:
        tally.hear(event)
        if not every_step:
            return
        if event.kind == "note" and event.message:
            console.print(escape(noted(event)))
        elif event.kind == "failed" or (event.kind == "done" and event.op != "same" and _is_real(event.urn)):
            console.print(escape(line(event)))

    yield plain


def _is_real(urn: str) -> bool:
    """Components, references and the stack itself are done at once and say nothing that their resources do not."""
    return described(urn).startswith(("gcp:", "kubernetes:"))


def line(event: Event) -> str:
    """`+ gcp:container/cluster:Cluster cluster`, with `failed` behind it where it did."""
    symbol = SYMBOLS.get(event.op, "?")
    return f"  {symbol:<2} {described(event.urn)}" + (" failed" if event.kind == "failed" else "")


def noted(event: Event) -> str:
    """A message of the engine, with the resource that it is about."""
    return f"  {described(event.urn)}: {one_line(event.message)}" if event.urn else f"  {event.message}"


_FRAME = re.compile(
    r"^(\d+ errors? occurred:|the Kubernetes API server reported that \".*\" failed to fully initialize or become live: )"
)
"""What pulumi-kubernetes puts around errors: how many they are, and that there are some."""


def one_line(message: str) -> str:
    """A provider's list of errors, one below the other, as one line that begins with the first thing that went wrong."""
    parts = (_FRAME.sub("", part.strip().removeprefix("* ")).rstrip(".") for part in message.splitlines())
    return "; ".join(part for part in parts if part)


def described(urn: str) -> str:
    """Type and name of a URN."""
    *_, types, name = urn.split("::")
    return f"{types.rpartition('$')[2]} {name}"
