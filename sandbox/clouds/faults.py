"""Planned failures: what shall go wrong at the n-th call of an operation on a resource type.

The plan lives in the world, so a fault set by one process strikes in whichever process makes the n-th call, and once.
It stays on record after that (`seen` counts on), for a test to ask whether it struck.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import World

DEFAULT_TIMEOUT = 1200.0
"""Seconds until a call without a timeout of its own is given up: the Terraform SDK's default, which pulumi-gcp has."""


class Effect(StrEnum):
    """What happens. CRASH and TIMEOUT strike after the cloud has done its work, the others before.

    CRASH loses the connection with the answer; TIMEOUT ends the caller's patience, while the cloud goes on and finishes.
    """

    FAIL = "fail"
    CRASH = "crash"
    DELAY = "delay"
    TIMEOUT = "timeout"
    QUOTA = "quota"
    PERMISSION = "permission"


OPERATIONS = ("create", "update", "delete", "read", "invoke")


@dataclass(frozen=True)
class Fault:
    """One planned failure. `type` is a type token (or a function's), or `*` for every type; `nth` counts from 1.

    `operation` is one of OPERATIONS. `seconds` is the delay, in virtual time; when the request
    states a shorter timeout, the call times out instead, with nothing done. `seen` is how many calls have matched.
    """

    type: str
    operation: str
    effect: Effect
    nth: int = 1
    seconds: float = 0.0
    seen: int = 0


class Faults:
    """The fault plan of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def plan(self, fault: Fault) -> None:
        """Add a fault to the plan; its count begins now."""
        with self._world.transaction() as tx:
            tx.execute(
                "INSERT INTO fault (type, operation, nth, effect, seconds) VALUES (?, ?, ?, ?, ?)",
                (fault.type, fault.operation, fault.nth, fault.effect.value, fault.seconds),
            )

    def planned(self) -> list[Fault]:
        """All faults, struck or not, in the order they were planned."""
        with self._world.read() as tx:
            rows = tx.rows("SELECT type, operation, effect, nth, seconds, seen FROM fault ORDER BY id")
        return [Fault(type_, operation, Effect(effect), *rest) for type_, operation, effect, *rest in rows]

    def clear(self) -> None:
        """Forget the whole plan."""
        with self._world.transaction() as tx:
            tx.execute("DELETE FROM fault")

    def before(self, type: str, operation: str, timeout: float = 0.0) -> None:
        """Called before the cloud acts. Raises CloudError where a planned fault strikes."""
        for fault in self._striking(type, operation, after=False):
            if fault.effect is Effect.FAIL:
                raise CloudError(Reason.UNAVAILABLE, f"planned fault: {operation} of {type} failed; nothing was done")
            if fault.effect is Effect.QUOTA:
                raise CloudError(Reason.QUOTA, f"planned fault: quota exceeded at {operation} of {type}")
            if fault.effect is Effect.PERMISSION:
                raise CloudError(Reason.PERMISSION, f"planned fault: permission denied for {operation} of {type}")
            if 0 < timeout < fault.seconds:
                self._world.advance(timeout)
                raise CloudError(
                    Reason.TIMEOUT, f"planned fault: {operation} of {type} took longer than its {timeout:g} seconds"
                )
            self._world.advance(fault.seconds)

    def after(self, type: str, operation: str, timeout: float = 0.0) -> None:
        """Called when the cloud has acted. Raises CloudError where the answer shall be lost or come too late."""
        for fault in self._striking(type, operation, after=True):
            if fault.effect is Effect.TIMEOUT:
                patience = timeout or DEFAULT_TIMEOUT
                self._world.advance(patience)
                raise CloudError(
                    Reason.TIMEOUT,
                    f"planned fault: no answer to {operation} of {type} within {patience:g} seconds; it was done",
                )
            raise CloudError(
                Reason.UNAVAILABLE, f"planned fault: connection lost after {operation} of {type}; it was done"
            )

    def _striking(self, type: str, operation: str, after: bool) -> list[Fault]:
        sql = (
            "SELECT id, type, operation, effect, nth, seconds, seen FROM fault "
            "WHERE type IN (?, '*') AND operation = ? AND (effect IN ('crash', 'timeout')) = ? ORDER BY id"
        )
        values = (type, operation, after)
        with self._world.read() as tx:
            if not tx.rows(sql, values):
                return []
        with self._world.transaction() as tx:
            rows = tx.rows(sql, values)
            for row in rows:
                tx.execute("UPDATE fault SET seen = seen + 1 WHERE id = ?", (row[0],))
        faults = [Fault(t, o, Effect(effect), nth, seconds, seen + 1) for _, t, o, effect, nth, seconds, seen in rows]
        return [fault for fault in faults if fault.seen == fault.nth]
