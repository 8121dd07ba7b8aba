"""From a stack's resources to what they cost a month, by component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from costs import kinds
from costs.amount import Amount, cents, total
from costs.resource import Resource
from costs.said import Free, Line, Said, Unknown, Use
from costs.stack import Stack
from costs.table import Prices


@dataclass(frozen=True)
class Charge:
    """A line with its price: so many `units`, each `usd` US dollars."""

    component: str
    resource: str
    line: Line
    usd: float
    per: str

    @property
    def amount(self) -> Amount:
        """For a month."""
        return Amount(cents(self.line.low * self.usd), cents(self.line.high * self.usd))


@dataclass(frozen=True)
class ByUse:
    """What is paid by use, with its price: once for each component and price. Its price may be unknown as well."""

    component: str
    what: str
    price: str
    usd: float
    per: str


@dataclass(frozen=True)
class Unpriced:
    """A resource that costs something which nobody can tell, and why."""

    component: str
    resource: str
    why: str


@dataclass(frozen=True)
class Estimate:
    """What a stack costs. Neither `by_use` nor `unpriced` is in the amounts. `free` are types, with why they cost nothing."""

    stack: str
    region: str
    charges: Sequence[Charge]
    by_use: Sequence[ByUse]
    unpriced: Sequence[Unpriced]
    free: Mapping[str, str]

    @cached_property
    def components(self) -> dict[str, Amount]:
        """Component -> what it costs, the dearest first."""
        found: dict[str, Amount] = {}
        for each in self.charges:
            found[each.component] = found.get(each.component, Amount()) + each.amount
        return dict(sorted(found.items(), key=lambda pair: (-pair[1].high, -pair[1].low, pair[0])))

    @property
    def total(self) -> Amount:
        """The sum of the components."""
        return total(self.components.values())

    @property
    def prices(self) -> list[str]:
        """The keys of all prices that it rests on, each once."""
        return list(dict.fromkeys([*(each.line.price for each in self.charges), *(each.price for each in self.by_use)]))


def of(stack: Stack, prices: Prices, more: Mapping[str, Sequence[Said]] | None = None) -> Estimate:
    """The estimate of a stack. `more` is said of components that are no resources of it."""
    charges: list[Charge] = []
    by_use: dict[tuple[str, str, str], ByUse] = {}
    unpriced: list[Unpriced] = []
    for component, name, region, said in [*_all(stack), *_beside(stack, more or {})]:
        if isinstance(said, Unknown):
            unpriced.append(Unpriced(component, name, said.why))
        if isinstance(said, Unknown | Free):
            continue
        usd = prices.of(said.price, region)
        if usd is None:
            if isinstance(said, Use) or said.low or said.high:
                why = f"{said.what}: there is no price '{said.price}' for {region}"
                unpriced.append(Unpriced(component, name, why))
        elif isinstance(said, Use):
            key = (component, said.what, said.price)
            by_use.setdefault(key, ByUse(component, said.what, said.price, usd, prices.per(said.price)))
        else:
            charges.append(Charge(component, name, said, usd, prices.per(said.price)))
    nothing = {each.type: why for each in stack.resources if (why := kinds.free(each.type))}
    return Estimate(stack.name, stack.region, tuple(charges), tuple(by_use.values()), tuple(unpriced), nothing)


def counts(resource: Resource) -> bool:
    """Whether a resource may be in the amounts of an estimate, by itself."""
    said = _said(resource, Stack("", "", [resource]))
    return any(isinstance(each, Line | Unknown) for each in said)


def _all(stack: Stack) -> Iterator[tuple[str, str, str, Said]]:
    for resource in stack.resources:
        for said in _said(resource, stack):
            yield resource.component, resource.name, stack.where(resource), said


def _beside(stack: Stack, more: Mapping[str, Sequence[Said]]) -> Iterator[tuple[str, str, str, Said]]:
    for component, every in more.items():
        for said in every:
            yield component, component, stack.region, said


def _said(resource: Resource, stack: Stack) -> Iterator[Said]:
    if priced := kinds.PRICED.get(resource.type):
        yield from priced(resource, stack)
    elif not kinds.free(resource.type):
        yield Unknown(f"nothing is known of what {resource.type} costs")
