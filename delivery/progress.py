"""What is going on: a tree that grows on a terminal, a plain line for each finished step in a pipe."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.markup import escape

from delivery.engines import Event, Report
from delivery.progress_tree import Growing
from delivery.screen import err
from delivery.urns import described

REDRAWS = 8
"""How often a second a terminal is drawn anew."""

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


@contextmanager
def shown(title: str, every_step: bool = True) -> Iterator[Report]:
    """A report that shows what it hears on stderr until the block ends; without `every_step` a pipe gets the title."""
    console = err()
    if sys.stderr.isatty():
        with _live(title, every_step) as live:
            yield live
        return
    console.print(escape(title))

    def plain(event: Event) -> None:
        if not every_step:
            return
        if event.kind == "note" and event.message:
            console.print(escape(noted(event)))
        elif event.kind == "failed" or (event.kind == "done" and event.op != "same" and _is_real(event.urn)):
            console.print(escape(line(event)))

    yield plain


@contextmanager
def _live(title: str, every_step: bool) -> Iterator[Report]:
    growing, console = Growing(title), err()
    redrawn = {"refresh_per_second": REDRAWS, "transient": True}
    with Live(console=console, get_renderable=lambda: growing.tree(console.height), **redrawn):

        def live(event: Event) -> None:
            growing.hear(event)
            if event.kind == "note" and event.message and every_step:
                console.print(escape(noted(event)))

        yield live


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
