"""Builds on a terminal and as data."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from delivery.builds import BuildRecord
from delivery.durations import spoken

COLOURS = {"SUCCESS": "green", "FAILURE": "red", "INTERNAL_ERROR": "red", "TIMEOUT": "red", "WORKING": "yellow"}


def table(found: Sequence[BuildRecord]) -> Table:
    """A row for each, in the order given."""
    grid = Table()
    for column in ("build", "trigger", "status", "commit", "started", "took", "where"):
        grid.add_column(column, no_wrap=column not in ("build", "where"))
    for each in found:
        started = each.started.strftime("%Y-%m-%d %H:%M") if each.started else ""
        took = spoken(each.seconds) if each.seconds is not None else ""
        status = f"[{COLOURS[each.status]}]{each.status}[/]" if each.status in COLOURS else escape(each.status)
        cells = (
            escape(each.id),
            escape(each.trigger),
            status,
            escape(each.commit[:12]),
            started,
            took,
            escape(each.url),
        )
        grid.add_row(*cells)
    return grid


def as_json(found: Sequence[BuildRecord]) -> dict[str, Any]:
    """What `--json` prints."""
    return {"builds": [{**vars(each), "started": each.started.isoformat() if each.started else None} for each in found]}
