"""`slipway status`: what runs where, read from the clusters now, and what may come next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from delivery import freezes, history, outlook
from delivery.desk import Desk
from delivery.observed import Observed, observe
from delivery.outlook import Outlook
from delivery.releases import Releases
from delivery.workloads import Workload
from model.environment import Environment
from model.order import order
from model.stacks import load_environment


@dataclass(frozen=True)
class Overview:
    """An environment as it is now. `releases` and `since` are by image: the release that its running digest belongs to, and
    since when the ledger says that it runs here without a break. `frozen` are reasons, each with its end if it has one.
    """

    observed: Observed
    now: datetime
    next: Outlook | None = None
    releases: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    frozen: Sequence[tuple[str, datetime | None]] = ()

    @property
    def stack(self) -> str:
        """The environment's name."""
        return self.observed.stack

    def age(self, image: str) -> float | None:
        """For how many seconds the image's digest has run here; None where no ledger tells."""
        return max(0.0, (self.now - self.since[image]).total_seconds()) if image in self.since else None

    def as_json(self) -> dict[str, Any]:
        """`release` and `images` are what runs; `healthy` is null where nothing was ever released."""
        seen, held = self.observed, self.observed.held
        return {
            "release": seen.release,
            "images": dict(sorted(seen.running.items())),
            "healthy": seen.healthy,
            "pinned": seen.pins.as_json(),
            "workloads": {name: self._workload(load) for name, load in sorted(seen.workloads.items())},
            "held": {"who": held.who, "at": held.at, "why": held.facts["why"]} if held else None,
            "frozen": [{"why": why, "until": _text(until)} for why, until in self.frozen],
            "next": self.next.as_json() if self.next else None,
            "remarks": seen.remarks,
        }

    def _workload(self, load: Workload) -> dict[str, Any]:
        image = self.observed.images.get(load.name, "")
        return {
            "digest": load.digest,
            "release": self.releases.get(image),
            "since": _text(self.since.get(image)),
            "ready": load.ready,
            "desired": load.desired,
            "healthy": load.healthy,
            "reason": load.reason,
        }


def gather(desk: Desk) -> list[Overview]:
    """Every environment, first to last."""
    now, found = desk.engine.now(), list[Overview]()
    names = order(desk.place.config)
    seen = {name: observe(desk, name, changing=False) for name in names}
    for name in names:
        loaded = load_environment(name, desk.place.config)
        assert isinstance(loaded, Environment)
        promotion = loaded.promotion
        here, before = seen[name], seen.get(promotion.from_ or "")
        found.append(
            Overview(
                here,
                now,
                outlook.ahead(desk, here, before),
                _releases(desk, here),
                history.since(here.entries, here.running),
                [(freeze.why, until) for freeze, until in freezes.holding(promotion.freezes, now)],
            )
        )
    return found


def as_json(found: Sequence[Overview]) -> dict[str, Any]:
    """What `--json` prints."""
    return {"environments": {each.stack: each.as_json() for each in found}}


def remarks(found: Sequence[Overview]) -> list[str]:
    """What is not as it should be, in words."""
    said = [f"{each.stack}: {remark}" for each in found for remark in each.observed.remarks]
    for each in found:
        ends = ((why, f"until {until:%Y-%m-%d %H:%M} UTC" if until else "no end") for why, until in each.frozen)
        said += [f"{each.stack}: frozen, {end}: {why}" for why, end in ends]
    return said


def refusals(found: Sequence[Overview]) -> Iterator[str]:
    """Why what comes next may not come yet, each with what to do."""
    for each in found:
        if each.next is None:
            continue
        for no in each.next.refusals:
            yield f"{each.stack}: {no.guard}: {no.problem}. {no.remedy}"
        if each.next.unknown:
            yield f"{each.stack}: nobody can say whether it may come: {each.next.unknown}"


def _releases(desk: Desk, here: Observed) -> dict[str, str]:
    """Image -> the release of its running digest: the one that runs here if it has it, else the newest."""
    found: dict[str, str] = {}
    for release in Releases(desk.place.config).all():
        for image, digest in here.running.items():
            if release.images.get(image) == digest and (found.get(image) != here.release or not here.release):
                found[image] = release.id
    return found


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
