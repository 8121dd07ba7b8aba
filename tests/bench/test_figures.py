"""The bench's programs and functions do what they say, at counts that cost nothing. How long anything took is not looked at."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.__main__ import FIGURES
from bench.figure import at_least, at_most, missing, told
from bench.previews import collisions
from bench.site import Site
from sandbox.clouds.world import Entity, World

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
from bench import calls, ten_thousand, thousand, topics
from sandbox.engine import preload
preload(topics.PROGRAM)
for figures in (thousand.figures(count=3, runs=1), ten_thousand.figures(count=4), calls.figures(count=2)):
    for figure in figures:
        print(f"{figure.what}|{figure.asked}")
"""


def test_what_is_compared_runs_to_its_end() -> None:
    """In a process of its own, which forks as the bench does; without a CLI, which takes long even for little."""
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SMALL], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "3 new resources: the SDK alone, monitor over gRPC (the floor)|",
        "3 new resources: the SDK alone, monitor in the same process|",
        "3 new resources: engine, emulated cloud and state|",
        "3 new resources: engine against the floor|at most 2 times",
        "3 new resources: engine against the monitor in the same process|",
        "3 new resources: against the Pulumi CLI|at least 10 times",
        "4 new resources: the SDK alone, monitor over gRPC (the floor)|",
        "4 new resources: the SDK alone, monitor in the same process|",
        "4 new resources: engine, emulated cloud and state|",
        "4 new resources: engine against the floor|at most 1.5 times",
        "4 new resources: engine against the monitor in the same process|",
        "4 new resources: memory of the SDK alone, without gRPC|",
        "4 new resources: memory of engine, emulated cloud and program|at most 1.2 GiB",
        "provider call, check: in process|",
        "provider call, check: over gRPC|",
        "provider call, create: in process|",
        "provider call, create: over gRPC|",
        "provider call, diff: in process|",
        "provider call, diff: over gRPC|",
    ]


def test_the_readme_has_a_line_for_each_figure() -> None:
    lines = (ROOT / "bench" / "README.md").read_text().splitlines()
    named = [line.split("|")[1:3] for line in lines if line.startswith("| `")]
    assert [(name.strip(" `"), file.strip(" `")) for name, file in named] == [(name, f"{name}.py") for name in FIGURES]


def test_a_figure_knows_whether_it_was_met() -> None:
    """Nothing asked, or nothing measured, is neither met nor missed."""
    assert [
        (figure.measured, figure.asked, figure.verdict)
        for figure in (
            told("", 1.234, "s"),
            at_most("", 2.0, 2, "times"),
            at_most("", 1, 0),
            at_least("", 2.999, 3, "times"),
            missing("", "at least 3 times", "no pulumi on the PATH"),
        )
    ] == [
        ("1.23 s", "", ""),
        ("2.00 times", "at most 2 times", "met"),
        ("1", "at most 0", "missed"),
        ("3.00 times", "at least 3 times", "missed"),
        ("no pulumi on the PATH", "at least 3 times", ""),
    ]


def test_previews_that_get_in_each_others_way_are_found(tmp_path: Path) -> None:
    """Missing, doubled, left behind, and one preview with more than another."""
    site = Site(tmp_path)
    urns = {number: f"urn:pulumi:pr-{number}::slipway::gcp:pubsub/topic:Topic::topic" for number in (1, 2, 3)}
    for number in (1, 2, 3):
        _state(site, number, [urns[number]])
    world = World(site.sandbox / "world.sqlite")
    with world.transaction() as tx:
        for id_, urn in (("a", urns[1]), ("b", urns[2]), ("c", urns[3]), ("d", "urn:pulumi:dev::slipway::x::y")):
            tx.put(Entity("gcp", "gcp:pubsub/topic:Topic", id_, urn))
    assert collisions(site, (1, 2, 3)) == []
    with world.transaction() as tx:
        tx.delete("gcp", "gcp:pubsub/topic:Topic", "a")
        tx.put(Entity("gcp", "gcp:pubsub/topic:Topic", "e", urns[2]))
        tx.put(Entity("gcp", "gcp:pubsub/topic:Topic", "f", f"{urns[3]}-left"))
    _state(site, 3, [urns[3], f"{urns[3]}-more"])
    assert collisions(site, (1, 2, 3)) == [
        f"{urns[1]}: 0 in the world",
        f"{urns[2]}: 2 in the world",
        f"{urns[3]}-more: 0 in the world",
        f"{urns[3]}-left: in no state",
        "previews have different numbers of resources: {1: 2, 2: 1}",
    ]


def _state(site: Site, number: int, urns: list[str]) -> None:
    path = site.sandbox / ".pulumi" / "stacks" / "slipway" / f"pr-{number}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    resources = [{"urn": urn, "custom": True, "type": "gcp:pubsub/topic:Topic"} for urn in urns]
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
