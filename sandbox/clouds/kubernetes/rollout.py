"""A Deployment's rollout, played to its end: how many old and new pods are left, and which of them are ready.

The steps are those of the Deployment controller (pkg/controller/deployment/rolling.go): add new pods as far as
`maxSurge` allows, take away old ones as far as `maxUnavailable` allows, and stop when nothing moves any more. So a new
version that never becomes ready leaves the old one running. Pure but for the three calls that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PodState:
    """One pod. `node` is empty while it is not scheduled; `reason` is empty when it is ready, else why it is not."""

    name: str
    node: str = ""
    reason: str = ""
    message: str = ""

    @property
    def ready(self) -> bool:
        """Scheduled, and all its containers ready."""
        return bool(self.node) and not self.reason


@dataclass(frozen=True)
class Strategy:
    """How far a rollout may go above and below the wanted number of pods. `recreate`: all old ones go first."""

    surge: int
    unavailable: int
    recreate: bool = False


@dataclass(frozen=True)
class Actions:
    """What the world does: make a pod (None where its admission is refused), look again at one that is not ready, and
    take one away."""

    create: Callable[[], PodState | None]
    retry: Callable[[PodState], PodState]
    remove: Callable[[PodState], None]


def strategy(spec: Mapping[str, Any], replicas: int) -> Strategy:
    """The strategy of a Deployment with defaults filled in: surge is rounded up, unavailable down, not both zero."""
    given = spec.get("strategy") or {}
    if given.get("type") == "Recreate":
        return Strategy(0, replicas, recreate=True)
    rolling = given.get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, up=True)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, up=False)
    return Strategy(surge, 1 if surge == 0 and unavailable == 0 else unavailable)


def roll(
    replicas: int, limits: Strategy, old: list[PodState], new: list[PodState], actions: Actions
) -> tuple[list[PodState], list[PodState]]:
    """The old and the new pods when nothing moves any more. `new` may hold pods of an earlier, unfinished attempt."""
    old, new = list(old), list(new)
    if limits.recreate:
        _drop(old, len(old), actions)
    new = [pod if pod.ready else actions.retry(pod) for pod in new]
    _drop(new, len(new) - replicas, actions)
    moved = True
    while moved:
        moved = False
        for _ in range(min(replicas + limits.surge - len(old) - len(new), replicas - len(new))):
            pod = actions.create()
            if pod is None:
                break
            new.append(pod)
            moved = True
        ready = sum(pod.ready for pod in new)
        unready = [pod for pod in old if not pod.ready]
        available = ready + len(old) - len(unready)
        least = replicas - limits.unavailable
        spare = len(old) + len(new) - least - (len(new) - ready)
        gone = unready[: max(spare, 0)]
        healthy = [pod for pod in old if pod.ready]
        gone += healthy[: max(min(available - least, spare - len(gone)), 0)]
        for pod in gone:
            old.remove(pod)
            actions.remove(pod)
        if gone:
            moved = True
            # What was taken away may have made room for pods that found none.
            new = [pod if pod.node else actions.retry(pod) for pod in new]
    return old, new


def _drop(pods: list[PodState], count: int, actions: Actions) -> None:
    """Take away so many pods, those that are not ready first."""
    for pod in sorted(pods, key=lambda pod: pod.ready)[: max(count, 0)]:
        pods.remove(pod)
        actions.remove(pod)


def _share(value: Any, of: int, up: bool) -> int:
    if not isinstance(value, str):
        return int(value)
    hundredths = int(value.removesuffix("%")) * of
    return -(-hundredths // 100) if up else hundredths // 100
