"""How estimates read, on a terminal and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from costs import amount
from costs.amount import Amount
from costs.assumptions import Assumptions
from costs.estimate import Estimate
from costs.table import load
from delivery.costing import Estimated

IN_SUM = "US dollars a month at list prices"
_ASSUMED = ("build-", "key-version")
"""How prices begin whose number of units is assumed."""


def table(each: Estimate) -> Table:
    """A line for each component that is paid by the month, and their sum."""
    grid = _grid(f"What {each.stack} costs in {each.region}, in {IN_SUM}", "component", "least", "most")
    for name, found in each.components.items():
        grid.add_row(escape(name), *_ends(found))
    grid.add_section()
    grid.add_row("total", *_ends(each.total), style="bold")
    return grid


def sums(found: Sequence[Estimated]) -> Table:
    """A line for each stack, and the sum of those that could be estimated."""
    grid = _grid(f"What all stacks cost, in {IN_SUM}", "stack", "least", "most")
    for each in found:
        ends = _ends(each.estimate.total) if each.estimate else ("not known", "")
        grid.add_row(escape(each.stack), *ends)
    grid.add_section()
    grid.add_row("total", *_ends(_sum(found)), style="bold")
    return grid


def side_by_side(one: Estimate, other: Estimate) -> Table:
    """Each component in both stacks, and what it costs more in the other."""
    title = f"What {other.stack} costs more than {one.stack}, in {IN_SUM}"
    grid = _grid(title, "component", one.stack, other.stack, "difference")
    difference = amount.difference(one.components, other.components)
    for name in dict.fromkeys([*one.components, *other.components]):
        pair = [_span(each.components.get(name, Amount())) for each in (one, other)]
        grid.add_row(escape(name), *pair, amount.signed(difference.get(name, Amount())))
    grid.add_section()
    grid.add_row("total", _span(one.total), _span(other.total), amount.signed(other.total - one.total), style="bold")
    return grid


def remarks(found: Sequence[Estimated], assumptions: Assumptions) -> Iterator[str]:
    """Below a table, in rich's markup: what is not in the sums, and what they rest on."""
    estimates = [each.estimate for each in found if each.estimate]
    for each in found:
        if each.planned:
            yield f"[yellow]{escape(each.stack)} was never brought up; this is what its plan would cost.[/]"
        if each.error:
            yield f"[red]{escape(each.stack)} has no estimate:[/] {escape(each.error)}"
    for each in estimates:
        for one in each.unpriced:
            yield f"[yellow]not counted, {escape(each.stack)} {escape(one.resource)}:[/] {escape(one.why)}"
    yield from _by_use(estimates)
    if any(charge.line.price.startswith(_ASSUMED) for each in estimates for charge in each.charges):
        yield "Assumed, and set by --assume NAME=NUMBER:"
        for name, (value, meaning) in assumptions.stated().items():
            yield f"  {name}={value:g}  [dim]{escape(meaning)}[/]"
    yield "The most is with every node, instance and pod that autoscaling allows, at all hours."
    dates = sorted({load().source(key).date for each in estimates for key in each.prices})
    if dates:
        yield f"Prices of {dates[0]} to {dates[-1]}, before discounts and free allowances; --json names the source of each."


def as_json(each: Estimate, planned: bool) -> dict[str, Any]:
    """All that is known of one estimate."""
    prices = load()
    return {
        "stack": each.stack,
        "region": each.region,
        "basis": "plan" if planned else "state",
        "currency": "USD",
        "per": "month",
        "total": each.total.as_json(),
        "components": {name: found.as_json() for name, found in each.components.items()},
        "lines": [
            {
                "component": charge.component,
                "resource": charge.resource,
                "what": charge.line.what,
                "price": charge.line.price,
                "usd": charge.usd,
                "unit": charge.per,
                "units": {"low": round(charge.line.low, 6), "high": round(charge.line.high, 6)},
                **charge.amount.as_json(),
            }
            for charge in each.charges
        ],
        "by_use": [
            {"component": one.component, "what": one.what, "price": one.price, "usd": one.usd, "unit": one.per}
            for one in each.by_use
        ],
        "unpriced": [{"component": one.component, "resource": one.resource, "why": one.why} for one in each.unpriced],
        "free": dict(sorted(each.free.items())),
        "sources": {
            key: {"url": source.url, "date": source.date.isoformat(), "what": source.what}
            for key in each.prices
            if (source := prices.source(key))
        },
    }


def all_as_json(found: Sequence[Estimated], assumptions: Assumptions) -> dict[str, Any]:
    """Every stack, and the sum."""
    stacks = {
        each.stack: as_json(each.estimate, each.planned) if each.estimate else {"error": each.error} for each in found
    }
    return {"stacks": stacks, "total": _sum(found).as_json(), "assumptions": values(assumptions)}


def difference_as_json(one: Estimated, other: Estimated, assumptions: Assumptions) -> dict[str, Any]:
    """Both stacks, and what the other costs more."""
    assert one.estimate
    assert other.estimate
    found = amount.difference(one.estimate.components, other.estimate.components)
    return {
        "stacks": {each.stack: as_json(each.estimate, each.planned) for each in (one, other) if each.estimate},
        "difference": {
            "from": one.stack,
            "to": other.stack,
            "total": amount.total(found.values()).as_json(),
            "components": {name: each.as_json() for name, each in found.items()},
        },
        "assumptions": values(assumptions),
    }


def values(assumptions: Assumptions) -> Mapping[str, float]:
    """Name -> value."""
    return {name: value for name, (value, _) in assumptions.stated().items()}


def _by_use(estimates: Sequence[Estimate]) -> Iterator[str]:
    """What each price by use is for, whichever stacks have it, with the places where it differs."""
    found: dict[tuple[float, str], dict[str, None]] = {}
    for each in estimates:
        for one in each.by_use:
            found.setdefault((one.usd, one.per), {})[one.what] = None
    if found:
        yield "By use, and so not in the sums:"
    for (usd, per), what in sorted(found.items()):
        yield f"  {usd:g} for each {escape(per)}: [dim]{escape('; '.join(what))}[/]"


def _sum(found: Sequence[Estimated]) -> Amount:
    return amount.total(each.estimate.total for each in found if each.estimate)


def _grid(title: str, first: str, *others: str) -> Table:
    grid = Table(title=title, title_justify="left")
    grid.add_column(first, no_wrap=True)
    for each in others:
        grid.add_column(each, justify="right", no_wrap=True)
    return grid


def _ends(found: Amount) -> tuple[str, str]:
    return f"{found.low:,.2f}", f"{found.high:,.2f}"


def _span(found: Amount) -> str:
    low, high = _ends(found)
    return low if low == high else f"{low} to {high}"
