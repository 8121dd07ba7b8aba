"""An update as a row for each box of the stack's picture: when something of it is at work, and what the end waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from delivery.durations import Seconds, Timed, schedule
from delivery.engines import Kept, Step
from delivery.graph import Graph, graph
from delivery.graph_kinds import words

Of = Literal["creation", "plan"]


@dataclass(frozen=True)
class Row:
    """A box of the picture. `stretches` are the seconds from and to in which something of it is at work, `critical` the steps of
    the critical path in it.
    """

    key: str
    title: str
    label: str
    begin: float
    end: float
    stretches: tuple[tuple[float, float], ...]
    critical: tuple[Timed, ...]


@dataclass(frozen=True)
class Timeline:
    """`rows` are in the order in which they begin; what takes no time has none. `path` are the steps of the critical path.

    Of `new` resources it is not known what they wait for, as they were never made: they begin at once.
    """

    stack: str
    of: Of
    seconds: float
    rows: tuple[Row, ...]
    path: tuple[Timed, ...]
    new: int = 0

    @property
    def title(self) -> str:
        """What is shown."""
        return (
            f"{self.stack}: creation of the whole stack"
            if self.of == "creation"
            else f"{self.stack}: the update planned"
        )

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints; times are seconds from the beginning."""
        return {
            "stack": self.stack,
            "of": self.of,
            "seconds": round(self.seconds, 1),
            "new": self.new,
            "rows": [
                {
                    "key": row.key,
                    "title": row.title,
                    "begin": round(row.begin, 1),
                    "end": round(row.end, 1),
                    "critical": bool(row.critical),
                    "stretches": [[round(begin, 1), round(end, 1)] for begin, end in row.stretches],
                }
                for row in self.rows
            ],
            "path": [
                {
                    "op": each.operation,
                    "urn": each.step.urn,
                    "type": each.step.type,
                    "begin": round(each.begin, 1),
                    "end": round(each.end, 1),
                }
                for each in self.path
            ],
        }


def creation(stack: str, resources: Sequence[Kept], seconds: Seconds) -> Timeline:
    """How long a first `up` of all that the stack has now would take."""
    steps = [Step("create", each.urn, each.type) for each in resources if each.custom and not each.external]
    return _timeline("creation", graph(stack, resources), _needs(resources), steps, seconds)


def planned(stack: str, resources: Sequence[Kept], steps: Sequence[Step], seconds: Seconds) -> Timeline:
    """How long the update would take that a plan has these steps for."""
    return _timeline("plan", graph(stack, resources), _needs(resources), steps, seconds)


def _needs(resources: Iterable[Kept]) -> dict[str, frozenset[str]]:
    return {each.urn: each.needs for each in resources}


def _timeline(
    of: Of, picture: Graph, needs: Mapping[str, frozenset[str]], steps: Sequence[Step], seconds: Seconds
) -> Timeline:
    timed = [each for each in schedule(steps, needs, seconds) if each.seconds > 0]
    within: dict[str, list[Timed]] = {}
    for each in timed:
        within.setdefault(picture.at.get(each.step.urn) or _component(each.step), []).append(each)
    rows = [_row(key, members, picture) for key, members in within.items()]
    return Timeline(
        stack=picture.stack,
        of=of,
        seconds=max((each.end for each in timed), default=0.0),
        rows=tuple(sorted(rows, key=lambda row: (row.begin, row.end, row.key))),
        path=tuple(each for each in timed if each.critical),
        new=sum(each.operation == "create" and each.step.urn not in needs for each in timed),
    )


def _component(step: Step) -> str:
    """For what is in no state yet: the outermost type in its URN, and its name where it is that itself."""
    first, _, inner = step.urn.split("::")[2].partition("$")
    return f"new/{words(first)}" if inner else f"new/{words(first)} {step.name}"


def _row(key: str, members: Sequence[Timed], picture: Graph) -> Row:
    box = picture.named.get(key)
    return Row(
        key=key,
        title=box.title if box else key.removeprefix("new/"),
        label=box.label if box and box not in picture.frames and box.label not in box.title else "",
        begin=min(each.begin for each in members),
        end=max(each.end for each in members),
        stretches=tuple(_joined((each.begin, each.end) for each in members)),
        critical=tuple(each for each in members if each.critical),
    )


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that touch as one."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found
