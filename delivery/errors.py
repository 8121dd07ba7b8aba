"""How a command ends when it does not end well: one exception for each exit code, none of them with a traceback."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the shell sees. `model.errors.ConfigError` ends with BAD_INPUT too."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    REFUSED = 3
    FOUND = 4
    LOCKED = 5
    INTERRUPTED = 130


class Ended(Exception):
    """A command stopped: what happened, what to do about it, and what `--json` says beside it."""

    code = ExitCode.FAILED

    def __init__(self, what: str, remedy: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.details = details or {}


class Failed(Ended):
    """It was tried and did not work."""


class Locked(Ended):
    """Somebody else is at it; `what` names them."""

    code = ExitCode.LOCKED


class Refused(Ended):
    """Guards said no. Every refusal is carried, not only the first."""

    code = ExitCode.REFUSED

    def __init__(self, what: str, refusals: Sequence[tuple[str, str, str]]) -> None:
        listed = [{"guard": name, "problem": problem, "remedy": remedy} for name, problem, remedy in refusals]
        super().__init__(what, details={"refusals": listed})
        self.refusals = tuple(refusals)
