"""`slipway promote` in the sandbox, from the command to every service ready, and what of the environment it touches.

It runs the program twice, to plan and to update; how long Pulumi's SDK is busy with that alone stands beside it.
"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import replay, site
from bench.children import in_child
from bench.figure import Figure, at_most, told
from bench.replay import Answers
from bench.site import CHANGED, Site

RUNS = 3
LIMIT = 3
PLAN_AND_UPDATE = 2
TARGET = "staging"
JOBS = "kubernetes:batch/v1:Job"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """dev and staging are up with one release; each run promotes another one, in which one image differs."""
    taken: list[float] = []
    busy: list[float] = []
    alone: list[float] = []
    wrong: list[dict[str, str]] = []
    counts: list[int] = []
    known: Answers | None = None
    with site.fresh() as here:
        site.release(here)
        here("up", "staging")
        here("promote", "staging")
        for run in range(runs):
            site.next_release(here, run + 2)
            steps: list[dict[str, str]] = []
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(_promoted(here, steps))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            known = known or in_child(_answers, here).result
            alone.append(in_child(replay.seconds, site.PROGRAM, here.config, TARGET, known).result)
            counts.append(len(steps))
            wrong += [step for step in steps if not _is_of_the_change(step)]
    for step in wrong:
        print(f"{step['op']} {step['urn']}")
    yield at_most("slipway promote staging, from the command to healthy", statistics.median(taken), LIMIT, "s")
    yield told("the same in time of the processor", statistics.median(busy), "s")
    least = PLAN_AND_UPDATE * statistics.median(alone)
    yield told("time of the processor for the SDK alone, which runs the program to plan and to update", least, "s")
    yield told("slipway promote staging against the SDK alone", statistics.median(busy) / least, "times")
    yield told("resources that a promotion of one image changes, its jobs among them", max(counts))
    yield at_most("resources that it changes and that are not of that image", len(wrong), 0)


def _answers(here: Site) -> Answers:
    """Of one more update, in a copy of the sandbox."""
    with TemporaryDirectory(prefix="slipway-bench-") as folder:
        sandbox = Path(folder) / "sandbox"
        shutil.copytree(here.sandbox, sandbox)
        return replay.answers(site.PROGRAM, here.config, sandbox, TARGET)


def _promoted(here: Site, steps: list[dict[str, str]]) -> float:
    """Seconds; the steps that did something, components left out."""
    ended = here.timed("promote", "staging", "--json")
    steps += [
        step
        for step in json.loads(ended.result)["steps"]
        if step["op"] != "same" and step["type"].startswith(("gcp:", "kubernetes:"))
    ]
    return ended.seconds


def _is_of_the_change(step: dict[str, str]) -> bool:
    """A Deployment of the image, or the job that tries its service out."""
    name = step["urn"].rpartition("::")[2]
    return step["type"] in (DEPLOYMENT, JOBS) and CHANGED in name
