"""Who agreed to what, behind one protocol: a plan is approved, not a release, since only a plan says what will change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Approval:
    """`subject` is the hash of the plan, `how` where the approval can be looked at."""

    who: str
    at: datetime
    subject: str
    how: str


class Approvals(Protocol):
    """Where approvals are found."""

    def given(self, environment: str, subject: str) -> Sequence[Approval]:
        """Those of this very plan in this environment that count as such; whose they may be is for the guards."""
        ...
