"""What can be said of a resource's cost: each file of a kind says it in these words."""

from __future__ import annotations

from dataclasses import dataclass

HOURS = 730
"""A month: a twelfth of 365 days, as Google's own estimates have it."""


@dataclass(frozen=True)
class Line:
    """So many units of a price a month, at the least and at the most."""

    price: str
    what: str
    low: float
    high: float


@dataclass(frozen=True)
class Use:
    """Paid by use, which nobody knows beforehand: named with its price, and counted as nothing."""

    price: str
    what: str


@dataclass(frozen=True)
class Unknown:
    """Costs something that cannot be told, and why."""

    why: str


@dataclass(frozen=True)
class Free:
    """Costs nothing, and why."""

    why: str


Said = Line | Use | Unknown | Free


def hours(price: str, what: str, low: float, high: float | None = None) -> Line:
    """So many of what is priced by the hour, all month."""
    return Line(price, what, low * HOURS, (low if high is None else high) * HOURS)


def unclear(what: str) -> Unknown:
    """A size that is not in the inputs: only the cloud can tell it, later, or it was left to the cloud."""
    return Unknown(f"{what} is not known")
