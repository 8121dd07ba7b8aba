"""What it takes to decide a promotion: every fact but the plan, and every guard, over ledgers of ten thousand entries.

The plan is an engine's work, which other figures measure; here an empty one stands for it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from bench import site
from bench.children import in_child
from bench.figure import Figure, at_most
from bench.site import Site
from delivery import ledger, opening, place, plans, promote
from delivery.engines import Update
from delivery.release_entries import LEDGER, RECORDED, Release

ENTRIES = 10_000
RUNS = 5
LIMIT = 300
TARGET = "prod"
_START = datetime(2020, 1, 1, tzinfo=UTC)

Written = tuple[str, Mapping[str, Any]]


def figures(entries: int = ENTRIES, runs: int = RUNS) -> Iterator[Figure]:
    """The median; each time in a process that has read nothing yet."""
    with site.fresh() as here:
        _write(here, entries)
        taken = statistics.median(in_child(_decide, here).seconds * 1000 for _ in range(runs))
    what = f"all guards of a promotion, {entries} entries in each ledger and {entries // 2} releases"
    yield at_most(what, taken, LIMIT, "ms")


def _write(here: Site, entries: int) -> None:
    """A release for each two entries of an environment, in which it was begun and done."""
    releases = [_release(number) for number in range(entries // 2)]
    chain(here.config, LEDGER, [(RECORDED, each.as_json()) for each in releases])
    for environment in site.ENVIRONMENTS:
        moves = [
            {"verb": "promote", "release": each.id, "after": {"release": each.id, "images": dict(each.images)}}
            for each in releases
        ]
        chain(here.config, environment, [(event, facts) for facts in moves for event in ("begun", "done")])


def _release(number: int) -> Release:
    day = _START + timedelta(days=number // 4)
    images = {image: f"sha256:{number * 100 + at:064x}" for at, image in enumerate(site.IMAGES)}
    return Release(f"{day:%Y.%m.%d}.{number % 4 + 1:04}", f"{number:040x}", images)


def chain(config: Path, name: str, written: Sequence[Written], start: datetime = _START) -> None:
    """A whole ledger, an entry a minute. What follows in a chain follows from its last line alone but for the number of lines."""
    lines = [b""]
    for number, (event, facts) in enumerate(written):
        at = start + timedelta(minutes=number)
        lines.append(ledger.written(ledger.following(name, lines[-1], "ann@example.com", at, event, facts)))
    path = config / ledger.FOLDER / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(lines))


def _decide(here: Site) -> int:
    """How many guards refuse: nothing runs anywhere."""
    nothing = Update(stack=TARGET, mode="plan", ok=True, steps=(), changes={})
    desk = opening.sandbox_desk(place.Place(site.PROGRAM, here.config, here.sandbox), "bench@example.com")
    with mock.patch.object(plans, "both", return_value=(nothing, nothing)):
        return len(promote.decide(desk, TARGET).refusals)
