"""What the scheduler and the kubelet take from a pod template: requests, places, images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import quantities
from sandbox.clouds.kubernetes.clusters import GPU
from sandbox.clouds.kubernetes.scheduler import CPU, PodSpec, Requirement, Spread, Toleration


def of(template: Mapping[str, Any]) -> PodSpec:
    """The scheduler's view of a pod template."""
    spec = template.get("spec") or {}
    asked = requests(spec)
    tolerations = [
        Toleration(t.get("key", ""), t.get("operator", "Equal"), str(t.get("value", "")), t.get("effect", ""))
        for t in spec.get("tolerations") or []
    ]
    if asked.get(GPU):
        # GKE's admission lets pods that ask for GPUs onto the nodes that it taints for having them:
        # https://cloud.google.com/kubernetes-engine/docs/how-to/gpus
        tolerations.append(Toleration(GPU, "Exists"))
    if (spec.get("nodeSelector") or {}).get("kubernetes.io/arch") == "arm64":
        tolerations.append(Toleration("kubernetes.io/arch", "Equal", "arm64"))
    return PodSpec(asked, spec.get("nodeSelector") or {}, tuple(tolerations), _affinity(spec), _spread(spec))


def requests(spec: Mapping[str, Any], part: str = "requests") -> dict[str, int]:
    """What one pod asks for: the sum over its containers, or more where an init container asks for more.

    CPU in thousandths, all else in whole units. A limit without a request is a request. `part` may be `limits`.
    """
    total: Counter[str] = Counter()
    for container in spec.get("containers") or []:
        total.update(_container(container, part))
    first: dict[str, int] = {}
    for container in spec.get("initContainers") or []:
        asked = _container(container, part)
        if container.get("restartPolicy") == "Always":
            # A sidecar runs on beside the containers.
            total.update(asked)
        else:
            first = {key: max(first.get(key, 0), asked.get(key, 0)) for key in first.keys() | asked.keys()}
    return {key: max(total[key], first.get(key, 0)) for key in sorted(total.keys() | first.keys())}


def asks(template: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Requests and limits of one pod, as a workload's entity keeps them among its facts."""
    spec = template.get("spec") or {}
    return {"requests": requests(spec), "limits": requests(spec, "limits")}


def containers(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Init containers first, in the order in which they start."""
    spec = template.get("spec") or {}
    return [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def _container(container: Mapping[str, Any], part: str) -> dict[str, int]:
    resources = container.get("resources") or {}
    asked = dict(resources.get("limits") or {})
    if part == "requests":
        asked |= resources.get("requests") or {}
    return {key: quantities.milli(text) if key == CPU else quantities.whole(text) for key, text in asked.items()}


def _affinity(spec: Mapping[str, Any]) -> tuple[tuple[Requirement, ...], ...]:
    node = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = node.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return tuple(
        tuple(
            Requirement(e["key"], e["operator"], tuple(e.get("values") or ()), part == "matchFields")
            for part in ("matchExpressions", "matchFields")
            for e in term.get(part) or []
        )
        for term in required.get("nodeSelectorTerms") or []
    )


def _spread(spec: Mapping[str, Any]) -> tuple[Spread, ...]:
    return tuple(
        Spread(constraint["topologyKey"], int(constraint["maxSkew"]))
        for constraint in spec.get("topologySpreadConstraints") or []
        if constraint.get("whenUnsatisfiable") == "DoNotSchedule"
    )
