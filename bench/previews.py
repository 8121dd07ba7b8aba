"""200 previews opened by 8 processes in one world: whether they get in each other's way.

Dev is made as large as a platform team would make it for so many: nodes that hold all their pods.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

import yaml

from bench import site
from bench.children import start
from bench.figure import Figure, at_most, told
from bench.site import Site
from sandbox.clouds.inventory import CLOUDS
from sandbox.clouds.world import World

COUNT = 200
PROCESSES = 8
POOL = {"machineType": "e2-standard-16", "maxNodes": 100}


def figures(count: int = COUNT, processes: int = PROCESSES) -> Iterator[Figure]:
    """Each process opens every eighth preview, one after the other; each `slipway pr open` is forked from it."""
    what = f"{count} previews opened by {processes} processes"
    with site.fresh() as here:
        _enlarge(here)
        _make_room(here, count)
        site.release(here)
        numbers = [range(first, count + 1, processes) for first in range(1, processes + 1)]
        begun = time.perf_counter()
        workers = [start(_open, here, each) for each in numbers]
        opened = [worker.wait().result for worker in workers]
        failed = [text for each in opened for text in each.failed]
        minutes = (time.perf_counter() - begun) / 60
        wrong = collisions(here, range(1, count + 1))
        each = len(_custom(here, "pr-1"))
    for text in (*failed, *wrong):
        print(text)
    yield at_most(f"{what}: commands that failed", len(failed), 0)
    yield at_most(f"{what}: resources that are missing, doubled or shared", len(wrong), 0)
    yield told(f"{what}: time of one among the last quarter, of one among the first", _growth(opened), "times")
    yield told(f"{what}: resources in the clouds of each", each)
    yield told(f"{what}: throughput", count / minutes, "previews a minute")


def _enlarge(here: Site) -> None:
    path = here.config / "Pulumi.dev.yaml"
    text = path.read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    found["config"]["slipway:cluster"]["nodePools"]["default"] |= POOL
    path.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


def _make_room(here: Site, count: int) -> None:
    """A template says how many there may be."""
    path = here.config / "Pulumi.pr.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    found["config"]["slipway:mostPreviews"] = count
    path.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


@dataclass(frozen=True)
class _Opened:
    """What went wrong in words, and how long each took that did not, in seconds and in order."""

    failed: list[str]
    seconds: list[float]


def _open(here: Site, numbers: Sequence[int]) -> _Opened:
    failed: list[str] = []
    seconds: list[float] = []
    for number in numbers:
        try:
            seconds.append(here("pr", "open", str(number), "--branch", f"branch-{number}"))
        except RuntimeError as error:
            failed.append(str(error))
    return _Opened(failed, seconds)


def _growth(opened: Sequence[_Opened]) -> float:
    """1 where many previews take as much longer as there are more of them: the time of one does not grow."""
    first = [took for each in opened for took in each.seconds[: max(1, len(each.seconds) // 4)]]
    last = [took for each in opened for took in each.seconds[-max(1, len(each.seconds) // 4) :]]
    return mean(last) / mean(first)


def collisions(here: Site, numbers: Sequence[int]) -> list[str]:
    """What is wrong between the states of the previews and the world, in words.

    Each resource in a preview's state is to be in the world once, by its URN, under an id that no other stack knows.
    """
    states = {number: _custom(here, f"pr-{number}") for number in numbers}
    world = World(here.sandbox / "world.sqlite")
    with world.read() as tx:
        entities = [entity for cloud in CLOUDS for entity in tx.list(cloud)]
    world.close()
    there = Counter(entity.urn for entity in entities)
    wrong = [f"{urn}: {there[urn]} in the world" for urns in states.values() for urn in urns if there[urn] != 1]
    known = {urn for urns in states.values() for urn in urns}
    wrong += [f"{urn}: in no state" for urn in there if "urn:pulumi:pr-" in urn and urn not in known]
    sizes = Counter(len(urns) for urns in states.values())
    if len(sizes) > 1:
        wrong.append(f"previews have different numbers of resources: {dict(sizes)}")
    return wrong


def _custom(here: Site, stack: str) -> list[str]:
    """URNs of what the stack has in the clouds."""
    path = here.sandbox / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    if not path.exists():
        return []
    resources = json.loads(path.read_text())["checkpoint"]["latest"].get("resources", [])
    return [
        each["urn"]
        for each in resources
        if each["custom"] and not each["type"].startswith("pulumi:") and not each.get("external")
    ]
