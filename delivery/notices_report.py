"""Notices on a terminal and as data."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from delivery.desk import Desk
from delivery.errors import Failed
from delivery.ledger import Ledger
from delivery.notices_sandbox import Sent
from delivery.outbox import LEDGER, Kept, Retried


def retried(desk: Desk) -> Retried:
    """Send what is kept again, and commit what became of it where there is a repository."""
    came = desk.outbox.retry()
    ledger = Ledger(desk.place.config, LEDGER)
    if desk.repository and ledger.path.exists():
        desk.repository.commit([ledger.path], "notices were sent again")
    return came


def as_json(kept: Sequence[Kept]) -> dict[str, Any]:
    """What `--json` prints of what is kept."""
    return {"kept": [each.as_json() for each in kept]}


def table(kept: Sequence[Kept]) -> Table:
    """A row for each, oldest first."""
    grid = Table()
    for column in ("number", "happened", "environment", "notice", "arrived in"):
        grid.add_column(column, no_wrap=True)
    grid.add_column("but")
    for each in kept:
        at = each.notice.at.strftime("%Y-%m-%d %H:%M")
        cells = (each.notice.environment, each.notice.title, ", ".join(each.reached) or "nothing", each.reason)
        grid.add_row(str(each.number), at, *map(escape, cells))
    return grid


def outcome(came: Retried) -> str:
    """`2 notices arrived`; nothing was left."""
    parts = [f"{_counted(came.delivered)} arrived"] if came.delivered else []
    if came.withdrawn:
        parts.append(f"{_counted(came.withdrawn)} withdrawn: nobody is to be told any more")
    return ", ".join(parts) or "nothing was kept"


def failure(came: Retried) -> Failed:
    """Some have not arrived."""
    lines = [f"  {each.notice.title} ({each.notice.environment}): {each.reason}" for each in came.left]
    what = f"{_counted(len(came.left))} did not arrive"
    if came.delivered:
        what += f", {came.delivered} did"
    return Failed("\n".join([what, *lines]), "They are kept. See what is wrong, and try again.", came.as_json())


def sandbox_table(sent: Sequence[Sent]) -> Table:
    """A row for each message, oldest first."""
    grid = Table()
    for column in ("arrived", "channel", "severity", "kind", "environment", "notice"):
        grid.add_column(column, no_wrap=True)
    for each in sent:
        notice = each.notice
        cells = (each.channel, notice.severity.value, notice.kind.value, notice.environment, notice.title)
        grid.add_row(each.at.strftime("%Y-%m-%d %H:%M"), *map(escape, cells))
    return grid


def _counted(number: int) -> str:
    """`1 notice`, `2 notices`."""
    return f"{number} notice{'' if number == 1 else 's'}"
