"""`slipway promote` in the sandbox, from the command to every service ready, and what of the environment it touches."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator

from bench import site
from bench.figure import Figure, at_most, told
from bench.site import CODE, COMMIT, DIGEST, IMAGES, Site

RUNS = 3
LIMIT = 3
CHANGED = "messenger"
"""The image whose digest differs: one Deployment of its own runs it."""
JOBS = "kubernetes:batch/v1:Job"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """dev and staging are up with one release; each run promotes another one, in which one image differs."""
    taken: list[float] = []
    wrong: list[dict[str, str]] = []
    counts: list[int] = []
    with site.fresh() as here:
        site.release(here)
        here("up", "staging")
        here("promote", "staging")
        for run in range(runs):
            _next(here, run + 2)
            steps: list[dict[str, str]] = []
            taken.append(_promoted(here, steps))
            counts.append(len(steps))
            wrong += [step for step in steps if not _is_of_the_change(step)]
    for step in wrong:
        print(f"{step['op']} {step['urn']}")
    yield at_most("slipway promote staging, from the command to healthy", statistics.median(taken), LIMIT, "s")
    yield told("resources that a promotion of one image changes, its jobs among them", max(counts))
    yield at_most("resources that it changes and that are not of that image", len(wrong), 0)


def _next(here: Site, number: int) -> None:
    digest = f"sha256:{number:064x}"
    here("sandbox", "push", f"{CHANGED}@{digest}")
    pairs = [f"{image}={digest if image == CHANGED else DIGEST}" for image in IMAGES]
    commit = f"{number:0{len(COMMIT)}x}"
    here("sandbox", "check", commit, "build", "passed", "--repository", CODE)
    release = here.said("release", "record", "--commit", commit, "--migration", "none", *pairs).strip()
    here("deploy", "dev", release)


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
