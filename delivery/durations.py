"""How long an update would have taken: the longest chain of steps that had to wait for each other.

Pulumi starts a step as soon as all that it needs is done, so an update lasts as long as its longest chain; its limit
of parallel steps (16 by default here) is left out, since chains of our stacks are long and narrow. Deletions come
after everything else, dependents first.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from delivery.engines import Duration, Step

Seconds = Callable[[str, str], float]
"""(type, operation) -> seconds; operations are create, update and delete."""

_MAKING = {"create": "create", "create-replacement": "create", "replace": "create", "update": "update"}
_REMOVING = {"delete", "delete-replaced", "replace"}


@dataclass(frozen=True)
class Timed:
    """A step of an update and when it is at work, in seconds from the beginning. A replacement is timed twice, as two operations.

    `critical` is what the end of the update waits for: were it faster, so would be the update, unless something else takes
    as long.
    """

    step: Step
    operation: str
    begin: float
    end: float
    critical: bool

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.end - self.begin


def schedule(steps: Sequence[Step], needs: Mapping[str, Collection[str]], seconds: Seconds) -> list[Timed]:
    """When each step of an update would run. `needs` holds, for every resource, the URNs that it waits for; steps may be missing."""
    made = {step.urn: step for step in steps if step.op in _MAKING}
    removed = {step.urn: step for step in steps if step.op in _REMOVING and step.urn not in made}
    # A replacement appears as steps for both halves or as one "replace"; its deletion then belongs to the second part.
    removed |= {step.urn: step for step in steps if step.op in ("delete-replaced", "replace")}
    forward = {urn: set(waits) for urn, waits in needs.items()}
    backward: dict[str, set[str]] = {urn: set() for urn in needs}
    for urn, waits in needs.items():
        for wait in waits:
            backward.setdefault(wait, set()).add(urn)
    making = _timed(made, forward, lambda step: _MAKING[step.op], seconds, 0.0)
    removing = _timed(removed, backward, lambda _: "delete", seconds, max((each.end for each in making), default=0.0))
    return [*making, *removing]


def critical_path(steps: Sequence[Step], needs: Mapping[str, Collection[str]], seconds: Seconds) -> Duration:
    """The duration of an update: the steps of its schedule that its end waits for, less those that take no time."""
    timed = schedule(steps, needs, seconds)
    chain = tuple((each.step, each.seconds) for each in timed if each.critical)
    return Duration(max((each.end for each in timed), default=0.0), chain)


def _timed(
    steps: Mapping[str, Step],
    waits: Mapping[str, set[str]],
    operation: Callable[[Step], str],
    seconds: Seconds,
    begin: float,
) -> list[Timed]:
    """In the order in which they begin."""
    graph = {urn: waits.get(urn, set()) for urn in {*waits, *steps}}
    takes = {urn: seconds(step.type, operation(step)) for urn, step in steps.items()}
    ends: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for urn in TopologicalSorter({urn: sorted(graph[urn]) for urn in sorted(graph)}).static_order():
        last = max(sorted(graph.get(urn, ())), key=lambda wait: ends[wait], default=None)
        before[urn] = last
        ends[urn] = (ends[last] if last else begin) + takes.get(urn, 0.0)
    latest = max(ends, key=lambda urn: ends[urn], default=None)
    critical: set[str] = set()
    while latest is not None:
        if takes.get(latest, 0.0) > 0:
            critical.add(latest)
        latest = before[latest]
    timed = [
        Timed(step, operation(step), ends[urn] - takes[urn], ends[urn], urn in critical) for urn, step in steps.items()
    ]
    return sorted(timed, key=lambda each: (each.begin, each.end))


def spoken(seconds: float) -> str:
    """Seconds as people say them: 45 s, 14 min 20 s, 1 h 2 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else "")
