"""What of pods is paid beside the nodes: disks that each of them gets, and those that outlive them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from costs.resource import Resource
from costs.said import Free, Line, Said, Unknown, unclear
from costs.stack import Stack

AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
ON_NODES = "pods run on nodes, which are paid for"
_GIB = re.compile(r"([0-9]+)(Gi|Ti)")


def of_workload(workload: Resource, stack: Stack) -> list[Said]:
    """A disk for each pod where it asks for any: from the fewest pods to the most."""
    claims = [
        claim["spec"]
        for volume in workload.items("spec", "template", "spec", "volumes")
        if isinstance(volume, Mapping)
        and isinstance(claim := (volume.get("ephemeral") or {}).get("volumeClaimTemplate"), Mapping)
        and isinstance(claim.get("spec"), Mapping)
    ]
    if not claims:
        return [Free(ON_NODES)]
    fixed = workload.number("spec", "replicas")
    least, most = (fixed if fixed is not None else 1.0,) * 2
    for scaler in stack.of(AUTOSCALER):
        if (scaler.name, scaler.component) == (workload.name, workload.component):
            least, most = scaler.number("spec", "minReplicas") or 1, scaler.number("spec", "maxReplicas") or most
    return [_disk(spec, stack, least, max(least, most)) for spec in claims]


def of_claim(claim: Resource, stack: Stack) -> list[Said]:
    """A disk that is there whether or not a pod has it."""
    spec = claim.get("spec")
    return [_disk(spec, stack, 1, 1)] if isinstance(spec, Mapping) else [unclear("the size of the disk")]


def _disk(spec: Mapping[str, Any], stack: Stack, least: float, most: float) -> Said:
    one = Resource("", "", spec)
    match = _GIB.fullmatch(str(one.get("resources", "requests", "storage")))
    if match is None:
        return unclear("the size of a pod's disk")
    gib = int(match[1]) * (1024 if match[2] == "Ti" else 1)
    name = one.text("storageClassName")
    kind = next((each.text("parameters", "type") for each in stack.of(CLASS) if _named(each, name)), "")
    if not kind:
        return Unknown(f"disks of the class '{name}' have no price")
    return Line(kind, "disks of pods", least * gib, most * gib)


def _named(kind: Resource, name: str) -> bool:
    return kind.text("metadata", "name") == name
