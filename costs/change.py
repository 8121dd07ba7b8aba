"""What a plan changes of a stack's cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from costs.amount import Amount, difference, signed, total
from costs.estimate import Estimate, Unpriced


@dataclass(frozen=True)
class Change:
    """Component -> what it costs more a month; and what will cost something that nobody can tell."""

    components: Mapping[str, Amount]
    unpriced: Sequence[Unpriced]

    def __bool__(self) -> bool:
        return bool(self.components or self.unpriced)

    @property
    def line(self) -> str:
        """Such as `cost: +12.40 US dollars a month (DatabaseInstance +10.00, Cluster +2.40)`."""
        said = []
        if self.components:
            amounts = self.components.items()
            between = "; " if any(amount.low != amount.high for _, amount in amounts) else ", "
            parts = between.join(f"{name} {signed(amount)}" for name, amount in amounts)
            said.append(f"{signed(total(self.components.values()))} US dollars a month ({parts})")
        if self.unpriced:
            parts = ", ".join(f"{each.resource}: {each.why}" for each in self.unpriced)
            said.append(f"not known is what this adds or takes away ({parts})")
        return f"cost: {'; '.join(said)}"

    def as_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "currency": "USD",
            "per": "month",
            "total": total(self.components.values()).as_json(),
            "components": {name: amount.as_json() for name, amount in self.components.items()},
            "unpriced": [{"resource": each.resource, "why": each.why} for each in self.unpriced],
        }


def between(before: Estimate, after: Estimate) -> Change:
    """From one estimate of a stack to another: what neither or only one of them can price is named, too, where it differs."""
    known = set(before.unpriced) ^ set(after.unpriced)
    unpriced = [each for each in dict.fromkeys([*after.unpriced, *before.unpriced]) if each in known]
    return Change(difference(before.components, after.components), unpriced)
