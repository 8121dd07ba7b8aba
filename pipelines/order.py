"""In which order steps run, and how long that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.build import Build

PROCESSORS = {"E2_HIGHCPU_8": 8, "E2_HIGHCPU_32": 32, "E2_MEDIUM": 1, "N1_HIGHCPU_8": 8, "N1_HIGHCPU_32": 32}
"""Of Cloud Build's machines: https://docs.cloud.google.com/build/pricing. E2_MEDIUM shares one."""


@dataclass(frozen=True)
class Span:
    """When a step runs, in seconds from the beginning."""

    begin: float
    end: float


def timeline(build: Build) -> dict[str, Span]:
    """When each step would run on the build's machine.

    Steps that run at once share its processors: none gets more than it can use, and what all want is scaled down evenly
    where it is more than there is (processor sharing, as the kernel's fair scheduler does for processes of equal weight:
    https://docs.kernel.org/scheduler/sched-design-CFS.html). What is not computing, such as waiting for a network, is treated alike.
    """
    return _shared(build, PROCESSORS[build.machine])


def _shared(build: Build, processors: float) -> dict[str, Span]:
    waiting = {step.id: step for step in build.steps}
    running: dict[str, float] = {}
    begun: dict[str, float] = {}
    done: dict[str, Span] = {}
    now = 0.0
    while waiting or running:
        for id_ in [id_ for id_, step in waiting.items() if all(other in done for other in step.after)]:
            running[id_], begun[id_] = waiting.pop(id_).takes.seconds, now
        wanted = sum(build.step(id_).takes.cpus for id_ in running)
        speed = min(1.0, processors / wanted) if wanted else 1.0
        passed = min(running.values()) / speed
        now += passed
        for id_ in list(running):
            running[id_] -= passed * speed
            if running[id_] <= 1e-9:
                del running[id_]
                done[id_] = Span(begun[id_], now)
    return done


def critical_path(build: Build, spans: Mapping[str, Span]) -> list[str]:
    """The steps that the end waited for, first to last."""
    if not spans:
        return []
    path = [max(spans, key=lambda id_: spans[id_].end)]
    while after := build.step(path[0]).after:
        path.insert(0, max(after, key=lambda id_: spans[id_].end))
    return path
