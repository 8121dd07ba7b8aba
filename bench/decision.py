"""What it takes to decide a promotion: every fact but the plan, and every guard, over a ledger of ten thousand entries.

prod runs a release, and staging one in which an image differs, which may come to prod as far as the guards over people let it:
so each fact is there to be read, from states, emulated clusters, the registry and GitHub. The plan is an engine's work, which
other figures measure; here an empty one stands for it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import site
from bench.children import in_child
from bench.figure import Figure, at_most, told
from bench.site import Site
from delivery import ledger, opening, place, promote
from delivery.desk import Desk
from delivery.engine_sandbox import SandboxEngine
from delivery.engines import WHOLE, Mode, Part, Report, Update
from delivery.move import Move
from delivery.pins import Pins
from delivery.release_entries import LEDGER, RECORDED, Release
from delivery.service_changes import service_changes

ENTRIES = 10_000
RUNS = 5
LIMIT = 300
SOURCE, TARGET = "staging", "prod"
REFUSALS = ["approved"]
"""All other guards agree: nothing is left out since something is not there."""
_START = datetime(2020, 1, 1, tzinfo=UTC)

Written = tuple[str, Mapping[str, Any]]


def figures(entries: int = ENTRIES, runs: int = RUNS) -> Iterator[Figure]:
    """The median; each time in a process that has read nothing yet. Raises RuntimeError where it was decided about something else."""
    with site.fresh() as here:
        site.release(here)
        for environment in (SOURCE, TARGET):
            here("up", environment)
            here("promote", environment, "--break-glass", "--why", "nobody is here to agree")
        site.next_release(here, 2)
        here("promote", SOURCE)
        here("sandbox", "clock", "advance", "1d")
        _desk(here)  # What it imports is imported before any fork, as by a command's warm path.
        _write(here, entries, [TARGET])
        taken, busy = _decided(here, runs)
        yield at_most(f"all guards of a promotion, {entries} entries in the target's ledger", taken, LIMIT, "ms")
        yield told("the same in time of the processor", busy, "ms")
        _write_releases(here, entries // 2)
        _write(here, entries, [each for each in site.ENVIRONMENTS if each != TARGET])
        taken, busy = _decided(here, runs)
        yield told(f"with {entries} in every environment's, and {entries // 2} releases", taken, "ms")
        yield told("the same in time of the processor", busy, "ms")


def _decided(here: Site, runs: int) -> tuple[float, float]:
    """The medians of how long it took and of how long a processor was busy with it, in milliseconds."""
    decided = [in_child(_decide, here) for _ in range(runs)]
    if any(refusals != REFUSALS for refusals, _ in (each.result for each in decided)):
        raise RuntimeError(f"{decided[0].result[0]} refuse")
    taken = statistics.median(each.seconds * 1000 for each in decided)
    return taken, statistics.median(busy * 1000 for _, busy in (each.result for each in decided))


def _write_releases(here: Site, count: int) -> None:
    """Years of releases before those that there are."""
    _before(here.config, LEDGER, [(RECORDED, _release(number).as_json()) for number in range(count)])


def _write(here: Site, entries: int, environments: Sequence[str]) -> None:
    """Behind years of releases, each begun and done, what has happened now."""
    pins = [Pins(), *(Pins(each.images, each.id) for each in map(_release, range(entries // 2)))]
    moves = [
        Move(
            "promote",
            TARGET,
            SOURCE,
            after.release,
            before,
            after,
            services=service_changes(here.config, TARGET, before, after),
        ).facts()
        for before, after in pairwise(pins)
    ]
    for environment in environments:
        _before(here.config, environment, [(event, facts) for facts in moves for event in ("begun", "done")])


def _release(number: int) -> Release:
    day = _START + timedelta(days=number // 4)
    built = {image: f"sha256:{(number + 1) * 100 + at:064x}" for at, image in enumerate(site.IMAGES)}
    images = {image: site.digest(image) if image in site.OTHERS else digest for image, digest in built.items()}
    return Release(f"{day:%Y.%m.%d}.{number % 4 + 1:04}", f"{number:040x}", images)


def _before(config: Path, name: str, written: Sequence[Written]) -> None:
    now = ledger.Ledger(config, name).entries()
    chain(config, name, [*written, *((entry.event, entry.facts) for entry in now)])


def chain(config: Path, name: str, written: Sequence[Written], start: datetime = _START) -> None:
    """A whole ledger, an entry a minute. What follows in a chain follows from its last line alone but for the number of lines."""
    lines = [b""]
    for number, (event, facts) in enumerate(written):
        at = start + timedelta(minutes=number)
        lines.append(ledger.written(ledger.following(name, lines[-1], "ann@example.com", at, event, facts)))
    path = config / ledger.FOLDER / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(lines))


def _decide(here: Site) -> tuple[list[str], float]:
    """The guards that refuse, and for how many seconds a processor was busy with them."""
    begun = time.process_time()
    refusals = [refusal.guard for refusal in promote.decide(_desk(here), TARGET).refusals]
    return refusals, time.process_time() - begun


def _desk(here: Site) -> Desk:
    where = place.Place(site.PROGRAM, here.config, here.sandbox)
    return replace(opening.sandbox_desk(where, "bench@example.com"), engine=Planless(where))


class Planless(SandboxEngine):
    """Its plans are empty, and cost nothing."""

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Nothing changes."""
        return Update(stack=stack, mode=mode, ok=True, steps=(), changes={})

    def reading(self, config_dir: Path) -> SandboxEngine:
        """The same, whatever is in the folder."""
        return self
