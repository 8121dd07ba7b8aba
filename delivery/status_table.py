"""How `slipway status` reads on a terminal: environments as columns, services as rows."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from delivery import screen
from delivery.facts import short
from delivery.outlook import Outlook
from delivery.status import Overview

Cell = Callable[[Overview], Text | str]
NOTHING = Text("-", style="dim")
BRIEF_DIGITS = 8
NO_BREAK = "\N{NO-BREAK SPACE}"


def fitting(console: Console, services: Iterable[str], found: Sequence[Overview]) -> Table:
    """The table, with less in its cells where the console is too narrow for all of it."""
    rows = list(services)
    whole = table(rows, found)
    needed = console.measure(whole, options=console.options.update(max_width=screen.PIPE_WIDTH)).maximum
    return whole if needed <= console.width else table(rows, found, brief=True)


def table(services: Iterable[str], found: Sequence[Overview], brief: bool = False) -> Table:
    """A row for each service: release, digest, pods, health and age; above them the release as a whole, below what comes next.

    In `brief` a cell names its release only where it is another than that of the column.
    """
    grid = Table(title="What runs where", title_justify="left")
    grid.add_column("service", no_wrap=True)
    for each in found:
        grid.add_column(each.stack, overflow="fold")
    grid.add_row("release", *(_release(each) for each in found), style="bold", end_section=True)
    rows = list(services)
    for service in rows:
        grid.add_row(service, *(_service(each, service, brief) for each in found), end_section=service == rows[-1])
    grid.add_row("next", *(_next(each.next) for each in found))
    below: tuple[tuple[str, Cell, bool], ...] = (
        ("baked", _baked, any(each.next and each.next.bake for each in found)),
        ("hold", _hold, any(each.observed.held for each in found)),
        ("freeze", _freeze, any(each.frozen for each in found)),
    )
    for name, cell, needed in below:
        if needed:
            grid.add_row(name, *(cell(each) for each in found))
    return grid


def _release(each: Overview) -> Text:
    seen = each.observed
    if not seen.pins.images and not seen.running:
        return Text("never released", style="dim")
    if seen.release is None:
        return Text(
            "no single release" if seen.running else f"{seen.pins.release or 'pinned by hand'} not up", "yellow"
        )
    return Text(seen.release, style="green" if seen.healthy else "yellow")


def _service(each: Overview, service: str, brief: bool) -> Text:
    seen = each.observed
    deployment = seen.services[service]
    image = seen.images[deployment]
    load = seen.workloads.get(deployment)
    if load is None:
        pinned = image in seen.pins.images
        return Text("not there" if pinned else "never released", style="red" if pinned else "dim")
    stuck = "rollout failed" if load.ready >= load.desired else "not ready"
    mark, style = ("ok", "green") if load.healthy else (stuck, "red")
    release = each.releases.get(image, "no release")
    said = [] if brief and release == seen.release else [release]
    said += [short(load.digest)[: BRIEF_DIGITS if brief else None], f"{load.ready}/{load.desired} {mark}"]
    if (age := each.age(image)) is not None:
        said.append(roughly(age).replace(" ", NO_BREAK))
    if deployment != service:
        said.append(f"in {deployment}")
    return Text(" ".join(said), style=style)


def _next(ahead: Outlook | None) -> Text:
    if ahead is None:
        return NOTHING
    what = ahead.release or "pinned by hand"
    if ahead.unknown:
        return Text(f"{what}: unknown", style="yellow")
    if ahead.refusals:
        return Text(f"{what}: no, {', '.join(each.guard for each in ahead.refusals)}", style="yellow")
    people = f", if {ahead.approvals} approve" if ahead.approvals else ""
    return Text(f"{what} may come{people}", style="green")


def _baked(each: Overview) -> Text:
    if each.next is None or not each.next.bake:
        return NOTHING
    done = each.next.baked >= each.next.bake
    had = min(each.next.baked, each.next.bake)
    share = int(100 * had / each.next.bake)
    text = f"{roughly(had)} of {roughly(each.next.bake)} in {each.next.source}, {share} %"
    return Text(text, style="green" if done else "yellow")


def _hold(each: Overview) -> Text:
    held = each.observed.held
    if held is None:
        return NOTHING
    return Text(f"for {roughly((each.now - datetime.fromisoformat(held.at)).total_seconds())}", style="red")


def _freeze(each: Overview) -> Text:
    if not each.frozen:
        return NOTHING
    ends = [until for _, until in each.frozen if until]
    open_end = len(ends) < len(each.frozen)
    return Text("no end" if open_end else f"until {max(ends):%Y-%m-%d %H:%M} UTC", style="yellow")


def roughly(seconds: float) -> str:
    """Seconds as an age in its largest unit: 45 s, 14 min, 3 h, 12 d."""
    for unit, size, most in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds // 86400)} d"
