"""How long an update would have taken: the longest chain of steps that had to wait for each other.

Pulumi starts a step as soon as all that it needs is done, so an update lasts as long as its longest chain; its limit
of parallel steps (16 by default here) is left out, since chains of our stacks are long and narrow. Deletions come
after everything else, dependents first.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from graphlib import TopologicalSorter

from delivery.engines import Duration, Step

Seconds = Callable[[str, str], float]
"""(type, operation) -> seconds; operations are create, update and delete."""

_MAKING = {"create": "create", "create-replacement": "create", "replace": "create", "update": "update"}
_REMOVING = {"delete", "delete-replaced", "replace"}


def critical_path(steps: Sequence[Step], needs: Mapping[str, Collection[str]], seconds: Seconds) -> Duration:
    """The duration of an update. `needs` holds, for every resource, the URNs that it waits for; steps may be missing."""
    made = {step.urn: step for step in steps if step.op in _MAKING}
    removed = {step.urn: step for step in steps if step.op in _REMOVING and step.urn not in made}
    # A replacement appears as steps for both halves or as one "replace"; its deletion then belongs to the second part.
    removed |= {step.urn: step for step in steps if step.op in ("delete-replaced", "replace")}
    forward = {urn: set(waits) for urn, waits in needs.items()}
    backward: dict[str, set[str]] = {urn: set() for urn in needs}
    for urn, waits in needs.items():
        for wait in waits:
            backward.setdefault(wait, set()).add(urn)
    making = _longest(made, forward, lambda step: seconds(step.type, _MAKING[step.op]))
    removing = _longest(removed, backward, lambda step: seconds(step.type, "delete"))
    return Duration(making.seconds + removing.seconds, (*making.chain, *removing.chain))


def _longest(steps: Mapping[str, Step], waits: Mapping[str, set[str]], cost: Callable[[Step], float]) -> Duration:
    graph = {urn: waits.get(urn, set()) for urn in {*waits, *steps}}
    ends: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for urn in TopologicalSorter(graph).static_order():
        last = max(graph.get(urn, ()), key=lambda wait: ends[wait], default=None)
        before[urn] = last
        ends[urn] = (ends[last] if last else 0.0) + (cost(steps[urn]) if urn in steps else 0.0)
    latest = max(ends, key=lambda urn: ends[urn], default=None)
    total = ends[latest] if latest else 0.0
    chain: list[tuple[Step, float]] = []
    while latest is not None:
        if latest in steps and (taken := cost(steps[latest])) > 0:
            chain.append((steps[latest], taken))
        latest = before[latest]
    return Duration(total, tuple(reversed(chain)))


def spoken(seconds: float) -> str:
    """Seconds as people say them: 45 s, 14 min 20 s, 1 h 2 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else "")
