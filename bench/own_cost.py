"""What components and models cost: `up` of an environment, against a flat program that registers the same resources.

Engine, world and state are the same for both, and so is what has been imported before; nothing of the environment is there
yet, and a release is pinned in it.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import flat, site
from bench.children import in_child
from bench.figure import Figure, at_most, told
from bench.flat import DRAWN
from bench.recording import Recording, recorded
from bench.site import Site
from bench.updating import update
from sandbox import engine
from sandbox.clouds import inventory
from sandbox.clouds.world import World
from sandbox.values import Value

RUNS = 5
STACKS = ("dev", "prod")
LIMIT = 1.15


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """The runs to be compared take turns."""
    with site.fresh() as here:
        site.pinned(here)
        for stack in STACKS:
            yield from _figures(here, stack, runs)


def _figures(here: Site, stack: str, runs: int) -> Iterator[Figure]:
    what = f"up of {stack} with a release"
    ours, made = in_child(_record, here, stack, site.PROGRAM).result
    folder = here.folder / f"flat-{stack}"
    flat.write(ours, site.PROGRAM / "Pulumi.yaml", folder, stack)
    engine.preload(folder)
    by_hand, by_hand_made = in_child(_record, here, stack, folder).result
    if found := [
        *flat.differences(ours, by_hand),
        *(f"not in both: {each}" for each in (made - by_hand_made) + (by_hand_made - made)),
    ]:
        print("\n".join(found))
        asked = f"at most {LIMIT} times"
        yield Figure(what=what, measured="void: the programs differ", asked=asked, met=False)
        return
    taken: dict[Path, list[tuple[float, float]]] = {site.PROGRAM: [], folder: []}
    for _ in range(runs):
        for program, costs in taken.items():
            costs.append(in_child(_up, here, stack, program).result)
    components, without = (statistics.median(seconds for seconds, _ in costs) for costs in taken.values())
    busy, busy_without = (statistics.median(busy for _, busy in costs) for costs in taken.values())
    count = sum(each.custom for each in ours.registrations)
    yield told(f"{what}: resources beside {len(ours.registrations) - count} components", count)
    yield told(f"{what}: the flat program", without, "s")
    yield told(f"{what}: components", components, "s")
    yield at_most(f"{what}: components against a flat program", components / without, LIMIT, "times")
    yield at_most(f"{what}: the same in time of the processor", busy / busy_without, LIMIT, "times")


def _record(here: Site, stack: str, program: Path) -> tuple[Recording, Counter[Value]]:
    """What the program registers, and what then exists."""
    with TemporaryDirectory(prefix="slipway-bench-") as folder:
        sandbox = Path(folder) / "sandbox"
        shutil.copytree(here.sandbox, sandbox)
        recording = recorded(lambda: update(program, here.config, sandbox, stack))
        things = inventory.gather(World(sandbox / "world.sqlite"), stack).things
    return recording, Counter((each.type, DRAWN.sub("#", each.id), each.name) for each in things)


def _up(here: Site, stack: str, program: Path) -> tuple[float, float]:
    """Seconds from the engine's start to its end, and those of them that a processor was busy: other work on the machine
    changes the first."""
    with TemporaryDirectory(prefix="slipway-bench-") as folder:
        sandbox = Path(folder) / "sandbox"
        shutil.copytree(here.sandbox, sandbox)
        begun, idle = time.perf_counter(), time.process_time()
        update(program, here.config, sandbox, stack)
        return time.perf_counter() - begun, time.process_time() - idle
