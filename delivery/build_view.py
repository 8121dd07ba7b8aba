"""What a running build looks like: live on a terminal, plain lines in a pipe, and a timeline at the end."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from delivery.build_run import Ran, Tell
from delivery.screen import err
from pipelines.build import Build

COLOURS = {
    "running": "cyan",
    "passed": "green",
    "failed": "red",
    "simulated": "yellow",
    "cancelled": "magenta",
    "never begun": "dim",
}
WIDTH = 40
TAIL = 20
"""Lines of a failed step's log that are shown."""


@contextmanager
def shown(build: Build) -> Iterator[Tell]:
    """What to tell of each step, until the block ends."""
    console = err()
    if not sys.stderr.isatty():
        yield lambda ran: None if ran.state == "running" else console.print(line(ran))
        return
    states = {step.id: Ran(step.id, "never begun") for step in build.steps}

    def drawn() -> Group:
        return Group(*(line(ran) for ran in states.values()))

    with Live(drawn(), console=console, refresh_per_second=8) as live:

        def tell(ran: Ran) -> None:
            states[ran.step] = ran
            live.update(drawn())

        yield tell


def line(ran: Ran) -> Text:
    """One step."""
    text = Text(f"{ran.state:<11} ", style=COLOURS[ran.state])
    text.append(ran.step, style="bold")
    if ran.end:
        text.append(f"  {ran.end - ran.begin:.1f} s")
    if ran.why:
        text.append(f"  {ran.why}", style="dim")
    return text


def timeline(found: Sequence[Ran]) -> Table:
    """When each step ran, on one scale."""
    whole = max((ran.end for ran in found), default=0.0) or 1.0
    table = Table(box=None, padding=(0, 1))
    for column, side in (("step", "left"), ("", "left"), ("s", "right"), ("", "left")):
        table.add_column(column, justify="right" if side == "right" else "left")
    for ran in found:
        first = round(ran.begin / whole * WIDTH)
        length = max(1, round((ran.end - ran.begin) / whole * WIDTH)) if ran.state != "never begun" else 0
        bar = Text(" " * min(first, WIDTH - 1) + "━" * length, style=COLOURS[ran.state])
        seconds = f"{ran.end - ran.begin:.1f}" if length else ""
        table.add_row(escape(ran.step), bar, seconds, Text(ran.state, style=COLOURS[ran.state]))
    return table


def failures(found: Sequence[Ran]) -> Iterator[str]:
    """The ends of the logs of what failed, and what to do."""
    for ran in found:
        if ran.state == "failed":
            yield f"--- {ran.step}: {ran.why}"
            if ran.log and ran.log.exists():
                lines = ran.log.read_text(encoding="utf-8", errors="replace").splitlines()
                yield from lines[-TAIL:]
                if len(lines) > TAIL:
                    yield f"--- all {len(lines)} lines: {ran.log}"
    if failed := [ran.step for ran in found if ran.state == "failed"]:
        yield f"error: {', '.join(failed)} failed"
        yield "What was said there stands above: mend it, and run the build again."


def unproved(found: Sequence[Ran]) -> Iterator[str]:
    """What was not run, by why: of that, nothing is known here."""
    by_why: dict[str, list[str]] = {}
    for ran in found:
        if ran.state == "simulated":
            by_why.setdefault(ran.why, []).append(ran.step)
    for why, steps in by_why.items():
        yield f"not run here: {', '.join(steps)} ({why})"


def as_json(found: Sequence[Ran]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "step": ran.step,
            "state": ran.state,
            "begin": round(ran.begin, 3),
            "end": round(ran.end, 3),
            "why": ran.why,
            "log": str(ran.log) if ran.log else None,
        }
        for ran in found
    ]
