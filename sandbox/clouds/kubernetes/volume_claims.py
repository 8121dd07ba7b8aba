"""PersistentVolumeClaims: pods wait for claims that are not there, and a claim is bound by the first pod that mounts it.

GKE's storage classes all bind so (`WaitForFirstConsumer`). A pod's own claims (`ephemeral`) are bound with it and are not kept
as objects. How often a volume can be mounted at once is not emulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import kinds, objects
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.world import Snapshot, Transaction

GKE_CLASSES = frozenset({"standard", "standard-rwo", "premium-rwo"})
"""The storage classes that every cluster has: https://cloud.google.com/kubernetes-engine/docs/concepts/storage-overview"""


def missing(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any]) -> str:
    """Why the scheduler leaves the pod pending, in its words; empty where all claims are there."""
    specs = [
        volume["ephemeral"]["volumeClaimTemplate"]["spec"] for volume in _volumes(template) if "ephemeral" in volume
    ]
    for name in _names(template):
        claim = objects.get(tx, cluster, kinds.VOLUME_CLAIM, namespace, name)
        if claim is None:
            return f'persistentvolumeclaim "{name}" not found'
        specs.append(objects.live(claim)["spec"])
    for spec in specs:
        kind = spec.get("storageClassName", "standard-rwo")
        if kind not in GKE_CLASSES and objects.get(tx, cluster, kinds.STORAGE_CLASS, "", kind) is None:
            return f'pod has unbound PersistentVolumeClaims: storageclass.storage.k8s.io "{kind}" not found'
    return ""


def bind(tx: Transaction, cluster: Cluster, namespace: str, template: Mapping[str, Any]) -> None:
    """Give the claims of a scheduled pod their volumes."""
    for name in _names(template):
        claim = objects.get(tx, cluster, kinds.VOLUME_CLAIM, namespace, name)
        live = objects.live(claim) if claim else {}
        if claim is None or live["status"]["phase"] == "Bound":
            continue
        spec: dict[str, Any] = {**live["spec"], "volumeName": f"pvc-{live['metadata']['uid']}"}
        status = {"phase": "Bound", "accessModes": spec["accessModes"]}
        objects.save(tx, kinds.VOLUME_CLAIM, claim, sized({**live, "spec": spec, "status": status}))


def sized(live: dict[str, Any]) -> dict[str, Any]:
    """The claim with its status: it waits for the first pod that mounts it; then its volume is as large as it asks."""
    status = live.get("status") or {"phase": "Pending"}
    if status.get("phase") == "Bound":
        status = {**status, "capacity": {"storage": live["spec"]["resources"]["requests"]["storage"]}}
    return {**live, "status": status}


def _names(template: Mapping[str, Any]) -> list[str]:
    return [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in _volumes(template)
        if "persistentVolumeClaim" in volume
    ]


def _volumes(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    return (template.get("spec") or {}).get("volumes") or []
