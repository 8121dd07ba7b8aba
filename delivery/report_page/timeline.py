"""Which release ran in an environment from when to when, by its ledger: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from delivery import history
from delivery.ledger import Entry
from delivery.report_page.markup import clipped

MOST = 24
"""Stays that one picture shows; what was before them is in the tables."""


@dataclass(frozen=True)
class Stay:
    """A release from the end of its rollout on; `end` is None where it still runs. `back` says that it came by a rollback."""

    release: str
    begin: datetime
    end: datetime | None = None
    back: bool = False


@dataclass(frozen=True)
class Failure:
    """A deployment that did not work."""

    release: str
    at: datetime


@dataclass(frozen=True)
class Hold:
    """From when to when nothing might come, and why."""

    why: str
    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Lane:
    """All of one environment."""

    stack: str
    stays: Sequence[Stay] = ()
    failures: Sequence[Failure] = ()
    holds: Sequence[Hold] = ()


@dataclass(frozen=True)
class Timeline:
    """Lanes between two moments; what had begun before is still there, with its own begin."""

    begin: datetime
    end: datetime
    lanes: Sequence[Lane]

    @property
    def releases(self) -> list[str]:
        """Those that are shown, oldest first."""
        return sorted({stay.release for lane in self.lanes for stay in lane.stays})


Span = TypeVar("Span", Stay, Hold)


def lane(stack: str, entries: Sequence[Entry]) -> Lane:
    """Read a ledger from its begin to its end."""
    stays: list[Stay] = []
    failures: list[Failure] = []
    holds: list[Hold] = []
    for entry in entries:
        if entry.event == history.HELD:
            _end(holds, at := datetime.fromisoformat(entry.at))
            holds.append(Hold(str(entry.facts.get("why") or ""), at))
        elif entry.event == history.RELEASED:
            _end(holds, datetime.fromisoformat(entry.at))
        elif entry.event == history.DONE and not history.is_infrastructure(entry):
            if stays and stays[-1].release == _release(entry):
                continue
            _end(stays, at := datetime.fromisoformat(entry.at))
            stays.append(Stay(_release(entry), at, back=entry.facts.get("verb") == "rollback"))
        elif entry.event == history.FAILED and not history.is_infrastructure(entry):
            failures.append(Failure(_release(entry), datetime.fromisoformat(entry.at)))
    return Lane(stack, stays, failures, holds)


def timeline(histories: Mapping[str, Sequence[Entry]], now: datetime, most: int = MOST) -> Timeline | None:
    """The newest stays of all environments, as many as a picture can show; None where nothing ever ran."""
    lanes = [lane(stack, entries) for stack, entries in histories.items()]
    begins = sorted((stay.begin for each in lanes for stay in each.stays), reverse=True)
    if not begins:
        return None
    begin = begins[:most][-1]
    end = max(now, begins[0])
    return Timeline(begin, end, [_since(each, begin) for each in lanes])


def _since(lane: Lane, begin: datetime) -> Lane:
    return replace(
        lane,
        stays=[each for each in lane.stays if each.end is None or each.end > begin],
        failures=[each for each in lane.failures if each.at >= begin],
        holds=[each for each in lane.holds if each.end is None or each.end > begin],
    )


def _end(spans: list[Span], at: datetime) -> None:
    if spans and spans[-1].end is None:
        spans[-1] = replace(spans[-1], end=at)


def _release(entry: Entry) -> str:
    return clipped(str(entry.facts.get("release") or "pinned by hand"), 40)
