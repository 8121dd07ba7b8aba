"""A command under one planned fault after another, compared with the same command undisturbed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from delivery.errors import ExitCode
from sandbox.clouds.faults import OPERATIONS, Effect, Fault, Faults
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.invokes import FUNCTIONS
from sandbox.clouds.kubernetes.kinds import KINDS
from tests.lifecycle import dumps
from tests.lifecycle.commands import Result, Site

NEVER = 1_000_000
"""A call that no command reaches: such a fault only counts."""
DELAY = 900.0
"""Seconds of virtual time; longer than some calls may take."""


@dataclass(frozen=True)
class Case:
    """One fault and what became of the command under it."""

    fault: Fault
    problems: tuple[str, ...]

    def __str__(self) -> str:
        where = f"{self.fault.effect} at call {self.fault.nth} of {self.fault.operation} of {self.fault.type}"
        return f"{where}: {'; '.join(self.problems) or 'fine'}"


class Story:
    """A command on a site, the stack that it changes, and what to type when it has failed: itself where nothing was begun."""

    def __init__(
        self, before: Site, stack: str, command: tuple[str, ...], again: tuple[str, ...], folder: Path
    ) -> None:
        self.name = " ".join(command)
        self._before, self._stack, self._command, self._again, self._folder = before, stack, command, again, folder
        whole = before.copy(folder / "whole")
        _plan(whole, *(Fault(type_, op, Effect.FAIL, NEVER) for type_, op in _everything()))
        whole(*command)
        self.calls = {(fault.type, fault.operation): fault.seen for fault in _planned(whole) if fault.seen}
        self._state, self._world = _state(whole, stack), dumps.world(whole)
        shutil.rmtree(whole.folder)

    def faults(self) -> Iterator[Fault]:
        """Every effect at the first call of every operation on every type; the last call's answer lost as well."""
        for (type_, operation), count in sorted(self.calls.items()):
            for effect in Effect:
                yield Fault(type_, operation, effect, seconds=DELAY if effect is Effect.DELAY else 0.0)
            if count > 1:
                yield Fault(type_, operation, Effect.CRASH, count)

    def under(self, fault: Fault) -> Case:
        """The command with the fault; where it fails, once more as its message says."""
        site = self._before.copy(self._folder / "case")
        try:
            _plan(site, fault)
            first = site.start(*self._command).wait()
            (after,) = _planned(site)
            problems = [] if after.seen >= fault.nth else [f"did not strike, {after.seen} calls"]
            problems += _unclear(first, fault)
            if first.code:
                again = self._command if first.code == ExitCode.REFUSED else self._again
                second = site.start(*again).wait()
                problems += [f"'{' '.join(again)}' ended with {second.code}: {second.out}{second.err}"] * (
                    second.code != 0
                )
            problems += [f"world {line}" for line in dumps.differences(dumps.world(site), self._world)]
            problems += [f"state {line}" for line in dumps.differences(_state(site, self._stack), self._state)]
            return Case(replace(fault, seen=after.seen), tuple(problems))
        finally:
            shutil.rmtree(site.folder)


def _unclear(result: Result, fault: Fault) -> list[str]:
    """A fault fails the command, or its plan, and is named with what it struck; only a delay may be waited for."""
    said = result.out + result.err
    if result.code == 0:
        return [] if fault.effect is Effect.DELAY else ["the command did not notice"]
    named = "planned fault: " in said and f"{fault.operation} of {fault.type}" in said
    expected = ExitCode.REFUSED if "plan-works: " in said else ExitCode.FAILED
    return ([] if named else [f"the error does not name the fault: {said[-2000:]}"]) + (
        [] if result.code == expected else [f"exit code {result.code}"]
    )


def _everything() -> Iterator[tuple[str, str]]:
    for operation in OPERATIONS:
        for type_ in FUNCTIONS if operation == "invoke" else (*TYPES, *KINDS):
            yield type_, operation


def _plan(site: Site, *faults: Fault) -> None:
    world = site.world
    for fault in faults:
        Faults(world).plan(fault)
    world.close()


def _planned(site: Site) -> list[Fault]:
    world = site.world
    found = Faults(world).planned()
    world.close()
    return found


def _state(site: Site, stack: str) -> list[str]:
    """The stack's resources; none where it has no state any more."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    return dumps.state(site, stack) if file.exists() else []
