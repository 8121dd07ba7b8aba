"""What takes connections says when it can."""

from __future__ import annotations

from collections.abc import Iterator

from policies import pods
from policies.resource import Resource, entries
from policies.rule import Rule
from policies.settings import Settings

PROBES = {
    "readinessProbe": "gets connections before it can answer them",
    "livenessProbe": "hangs until somebody notices",
}


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """A container without a port is sent nothing: what it does, its own alerts tell. What ends has its exit code."""
    for each in pods.containers(resource):
        if each.ends or not entries(each.spec.get("ports")):
            continue
        for probe, otherwise in PROBES.items():
            if not each.spec.get(probe):
                yield f"{each.name} has no {probe}, so that it {otherwise}"


RULE = Rule(
    id="probes",
    title="Every container with a port has a readiness and a liveness probe",
    why="A rollout is done when pods are ready: without a probe that is when they have started, broken or not.",
    remedy="Answer /health/ready and /health/live, or say in services.yaml which paths answer",
    types=pods.MAKES_PODS,
    check=check,
)
