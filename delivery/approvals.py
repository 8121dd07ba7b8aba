"""Who has agreed to what: one question, however the answers are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Approval:
    """Somebody has agreed to exactly this. `subject` is the hash of the plan that was shown, such as `sha256:...`.

    `who` is an e-mail address or a login, `how` says in words where the approval can be looked at.
    """

    who: str
    at: datetime
    subject: str
    how: str


class Approvals(Protocol):
    """Where approvals are kept. Whether they are enough, and of the right people, is for the guards to say."""

    def given(self, environment: str, subject: str) -> list[Approval]:
        """The approvals that count for this subject in this environment, oldest first, one for each person."""
        ...
