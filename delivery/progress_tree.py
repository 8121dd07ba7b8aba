"""A run as a tree that grows on the terminal: a line for each component, and below it what is under way."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.text import Text
from rich.tree import Tree

from delivery.durations import spoken
from delivery.engines import Event
from delivery.urns import component, described
from sandbox.clouds.latency import seconds

MOST_BUSY = 3
"""Up to so many resources of a component that are under way have a line of their own."""
SLOW_SECONDS = 1.0
"""What takes no longer than this is not told how long it will."""
PAST = {
    "create": "created",
    "create-replacement": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "delete-replaced": "deleted",
    "import": "imported",
}
_OPERATIONS = {
    "create": "create",
    "create-replacement": "create",
    "replace": "create",
    "update": "update",
    "delete": "delete",
    "delete-replaced": "delete",
}


@dataclass
class _Branch:
    """One component: operations that are done, and URNs that are under way, each with its operation and beginning."""

    done: Counter[str] = field(default_factory=Counter)
    busy: dict[str, tuple[str, float]] = field(default_factory=dict)
    failed: int = 0

    @property
    def told(self) -> bool:
        """Whether there is anything to say: what stays as it is says nothing."""
        return bool(self.failed or self.done or any(op in _OPERATIONS for op, _ in self.busy.values()))


class Growing:
    """What a run has done and is at. Events may come from any thread."""

    def __init__(self, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._title, self._clock = title, clock
        self._begun = clock()
        self._lock = threading.Lock()
        self._branches: dict[str, _Branch] = {}

    def hear(self, event: Event) -> None:
        """One event of the engine."""
        if not event.urn or event.kind == "note":
            return
        with self._lock:
            branch = self._branches.setdefault(component(event.urn), _Branch())
            if event.kind == "begun":
                branch.busy[event.urn] = event.op, self._clock()
                return
            branch.busy.pop(event.urn, None)
            if event.kind == "failed":
                branch.failed += 1
            elif event.op in PAST:
                branch.done[PAST[event.op]] += 1

    def tree(self, height: int) -> Tree:
        """As it is now, in so many lines at most."""
        with self._lock:
            now = self._clock()
            told = [(name, branch) for name, branch in self._branches.items() if branch.told]
            root = Tree(Text(self._headline(now, [branch for _, branch in told])))
            lines = 1
            # Where there is no room for all, what is under way comes first.
            for name, branch in sorted(told, key=lambda pair: not (pair[1].busy or pair[1].failed)):
                busy = self._busy(branch, now)
                if lines + 1 + len(busy) > height - 1:
                    root.add(Text("and more"))
                    break
                node = root.add(Text(_summary(name, branch), style="red" if branch.failed else ""))
                for line in busy:
                    node.add(Text(line, style="dim"))
                lines += 1 + len(busy)
            return root

    def _headline(self, now: float, branches: Sequence[_Branch]) -> str:
        done = sum(branch.done.total() for branch in branches)
        busy = [each for branch in branches for each in branch.busy.items()]
        said = [f"{self._title}: {done} done"]
        if busy:
            said.append(f"{len(busy)} under way")
        said.append(spoken(now - self._begun))
        left = max((self._left(urn, op, begun, now) for urn, (op, begun) in busy), default=0.0)
        if left > SLOW_SECONDS:
            said.append(f"at least {spoken(left)} left")
        return ", ".join(said)

    def _left(self, urn: str, op: str, begun: float, now: float) -> float:
        return max(0.0, expected(urn, op) - (now - begun))

    def _busy(self, branch: _Branch, now: float) -> list[str]:
        """The slowest of what is under way, the one with most of its time left first."""
        order = sorted(branch.busy.items(), key=lambda each: -self._left(each[0], *each[1], now))
        said = []
        for urn, (op, begun) in order[:MOST_BUSY]:
            whole = expected(urn, op)
            time_left = f" of about {spoken(whole)}" if whole > SLOW_SECONDS else ""
            said.append(f"{op} {described(urn)}, {spoken(now - begun)}{time_left}")
        if len(order) > MOST_BUSY:
            said.append(f"and {len(order) - MOST_BUSY} more")
        return said


def expected(urn: str, op: str) -> float:
    """How many seconds the real cloud takes for an operation on a resource, by the latency table; 0 for what it has no part in."""
    operation = _OPERATIONS.get(op)
    return seconds(described(urn).partition(" ")[0], operation) if operation else 0.0


def _summary(name: str, branch: _Branch) -> str:
    said = [f"{count} {what}" for what, count in branch.done.items()]
    if branch.failed:
        said.append(f"{branch.failed} failed")
    return f"{name}: {', '.join(said)}" if said else name
