"""`slipway sandbox fault`: what shall go wrong, checked before it is planned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from model.errors import ConfigError, Problem, closest
from sandbox.clouds.faults import OPERATIONS, Effect, Fault, Faults
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.invokes import FUNCTIONS
from sandbox.clouds.github.catalogue import TYPES as GITHUB
from sandbox.clouds.kubernetes.kinds import KINDS
from sandbox.clouds.world import World

ANY = "*"
DELAY_SECONDS = 900.0
"""Where a delay says nothing else: 15 minutes, longer than what most types take."""


def plan(world: World, type_: str, operation: str, effect: str, nth: int, seconds: float | None) -> Fault:
    """Plan one fault. Raises ConfigError where it could never strike as it was meant."""
    problems = [
        *_unknown("OPERATION", operation, OPERATIONS),
        *_unknown("EFFECT", effect, [each.value for each in Effect]),
    ]
    if not problems:
        problems = [
            *_unknown("TYPE", type_, [ANY, *(FUNCTIONS if operation == "invoke" else (*TYPES, *GITHUB, *KINDS))])
        ]
    if seconds is not None and effect != Effect.DELAY:
        problems.append(Problem("command line", "--for", f"'{effect}' takes no time", "Leave it out, or plan a delay."))
    if problems:
        raise ConfigError(*problems)
    duration = (DELAY_SECONDS if seconds is None else seconds) if effect == Effect.DELAY else 0.0
    fault = Fault(type_, operation, Effect(effect), nth, duration)
    Faults(world).plan(fault)
    return fault


def described(fault: Fault) -> str:
    """`fail at call 2 of create of gcp:...`."""
    duration = f" of {fault.seconds:g} s" if fault.effect is Effect.DELAY else ""
    return f"{fault.effect}{duration} at call {fault.nth} of {fault.operation} of {fault.type}"


def struck(fault: Fault) -> bool:
    """Whether its call has come."""
    return fault.seen >= fault.nth


def as_json(faults: Iterable[Fault]) -> dict[str, Any]:
    """`seen` counts the calls that matched since the fault was planned."""
    return {"faults": [{**vars(fault), "effect": fault.effect.value, "struck": struck(fault)} for fault in faults]}


def table(faults: Iterable[Fault]) -> Table:
    """A row for each, in the order in which they were planned."""
    grid = Table()
    for column in ("fault", "calls so far", "struck"):
        grid.add_column(column, no_wrap=True)
    for fault in faults:
        grid.add_row(described(fault), str(fault.seen), "yes" if struck(fault) else "not yet")
    return grid


def _unknown(key: str, word: str, known: Iterable[str]) -> list[Problem]:
    words = list(known)
    return [] if word in words else [Problem("command line", key, f"there is no '{word}'", closest(word, words))]
