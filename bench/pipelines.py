"""Builds: how long one of main would take on the machine that it has, and how long their definitions take to make.

When a step runs is `pipelines/order.py`'s model (steps that run at once share the machine's processors), how long it takes
`pipelines/durations.py`'s, with a source beside each figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from bench.figure import Figure, at_most, told
from bench.site import PROGRAM
from model.catalogue import Catalogue
from pipelines import order, setting, triggers

SERVICES = 60
RUNS = 5


def figures() -> Iterator[Figure]:
    """Of the project's own catalogue, then of one with many services."""
    ours = setting.load(PROGRAM)
    found = triggers.triggers(ours)
    for name in ("main", "pull-request"):
        build = found[name].build
        spans = order.timeline(build)
        end = max(span.end for span in spans.values())
        steps = sum(step.takes.seconds for step in build.steps)
        alone = max(span.end for span in order.timeline(replace(build, machine="E2_HIGHCPU_32")).values())
        yield told(f"build of {name}: virtual duration on {build.machine}", end, "s")
        yield told(f"build of {name}: its {len(build.steps)} steps one after the other", steps, "s")
        yield told(f"build of {name}: against that", end / steps, "times")
        yield told(f"build of {name}: virtual duration on E2_HIGHCPU_32", alone, "s")
    many = replace(ours, catalogue=_large())
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        made = triggers.triggers(many)
        seconds.append(time.perf_counter() - begun)
    yield told(f"triggers for {SERVICES} services: steps of main", len(made["main"].build.steps))
    yield at_most(f"triggers for {SERVICES} services: making all of them", sorted(seconds)[RUNS // 2], 1, "s")


def _large() -> Catalogue:
    names = [f"service-{number}" for number in range(SERVICES)]
    return Catalogue.model_validate(
        {
            "images": {name: {} for name in names},
            "services": {name: {"image": name, "port": 8080} for name in names},
            "scanners": {
                "image": {"looksAt": "image", "image": "trivy", "run": ["trivy", "--output=$(SARIF)", "$(IMAGE)"]}
            },
        }
    )
