"""US dollars a month, from the least to the most. In whole cents, so that sums and differences are exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Amount:
    """Of an estimate the low end is never above the high one; of a difference it may be."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.low - other.low, self.high - other.high)

    def __neg__(self) -> Amount:
        return Amount() - self

    def __bool__(self) -> bool:
        return bool(self.low or self.high)

    def as_json(self) -> dict[str, float]:
        """As `--json` shows it."""
        return {"low": float(self.low), "high": float(self.high)}


def cents(dollars: float) -> Decimal:
    """To the cent."""
    return Decimal(str(dollars)).quantize(CENT, ROUND_HALF_EVEN)


def total(amounts: Iterable[Amount]) -> Amount:
    """All of them together."""
    return sum(amounts, Amount())


def difference(before: Mapping[str, Amount], after: Mapping[str, Amount]) -> dict[str, Amount]:
    """What each component costs more after than before; those that cost the same are left out."""
    names = [*before, *(name for name in after if name not in before)]
    found = {name: after.get(name, Amount()) - before.get(name, Amount()) for name in names}
    return {name: amount for name, amount in found.items() if amount}


def signed(amount: Amount) -> str:
    """Such as `+12.40`, or `least +28.80, most +2.40` where it depends on how much runs."""
    if amount.low == amount.high:
        return f"{amount.low:+,.2f}"
    return f"least {amount.low:+,.2f}, most {amount.high:+,.2f}"
