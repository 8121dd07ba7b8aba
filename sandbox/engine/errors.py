"""What can go wrong in the engine, as exceptions the caller can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class EngineError(Exception):
    """A resource, or the whole run when `urn` is empty, cannot be handled; the message says why."""

    def __init__(self, urn: str, message: str) -> None:
        super().__init__(f"{urn}: {message}" if urn else message)
        self.urn = urn
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        """Survives pickling from a forked run, which would otherwise call the class with the finished text."""
        return _rebuilt, (type(self), dict(vars(self)), str(self))


def _rebuilt(kind: type[EngineError], state: dict[str, object], text: str) -> EngineError:
    error = kind.__new__(kind, text)
    error.args = (text,)
    vars(error).update(state)
    return error


class Unsupported(EngineError):
    """A feature of Pulumi that this engine refuses by name rather than doing half of it."""

    def __init__(self, feature: str, urn: str = "") -> None:
        super().__init__(urn, f"the sandbox engine does not support {feature}; use the Pulumi CLI for this program")


class SealedElsewhere(Unsupported):
    """The secrets of a stack file are not sealed with a passphrase, but with a key that `provider` names."""

    def __init__(self, path: Path, provider: str) -> None:
        super().__init__(f"the secrets provider {provider!r} ({path})")
        self.provider = provider


@dataclass(frozen=True)
class LockHolder:
    """Who holds a stack's lock, as its lock file says."""

    path: str
    pid: int
    username: str
    hostname: str
    timestamp: str


class LockedError(EngineError):
    """Another process is working on the stack."""

    def __init__(self, holder: LockHolder) -> None:
        self.holder = holder
        super().__init__(
            "",
            f"the stack is locked by {holder.username}@{holder.hostname} (pid {holder.pid}) since {holder.timestamp}; "
            f"wait for it to end, or delete {holder.path} if it no longer runs",
        )


class Cancelled(Exception):
    """The run is over because of an earlier failure; the program sees its monitor as gone."""
