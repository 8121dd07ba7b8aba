"""What delivery asks of the service that builds: start one, which there were, end one; real or in the sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from delivery.errors import Failed

WAITING = ("PENDING", "QUEUED")
RUNNING = (*WAITING, "WORKING")
"""Of a build that has not ended, as Cloud Build says it."""


@dataclass(frozen=True)
class BuildRecord:
    """One build. `trigger` is the name of what started it, `commit` what it is of; both empty where it was started by hand.

    `status` is Cloud Build's word. `started` and `seconds` are None until work on it has begun, and until it has ended.
    """

    id: str
    trigger: str
    status: str
    commit: str
    started: datetime | None
    seconds: float | None
    url: str


class Builds(Protocol):
    """The builds of one project in one region.

    Every method raises Failed where the service does not answer or does not allow it.
    """

    def start(self, trigger: str, commit: str, substitutions: Mapping[str, str]) -> str:
        """Start the build of a trigger, by its name, for a commit; where it can be looked at.

        Every call starts one: what is asked twice must be fit to be built twice. Raises Failed for a trigger that there
        is not.
        """
        ...

    def history(self, limit: int) -> Sequence[BuildRecord]:
        """The newest builds, `limit` at most, newest first."""
        ...

    def cancel(self, id: str) -> None:
        """End a build; nothing happens where it was cancelled already. Raises Failed where it has ended otherwise."""
        ...


def ended(id: str, status: str) -> Failed:
    """The failure to cancel what is over."""
    return Failed(f"the build {id} cannot be cancelled: it is {status}", "What has ended stays as it is.")
