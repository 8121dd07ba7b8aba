"""ReplicaSets: what a Deployment really runs, one for each pod template that it has had lately.

They are entities of the world below their Deployment and of no URN, so that no engine takes them for resources of a
program. The pod template is in their inputs; their pods (name, node, and why one is not ready) are facts of their own.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sandbox.clouds.kubernetes import kinds, objects
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import REPLICA_SET
from sandbox.clouds.kubernetes.placed_pods import kept, states
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.world import Entity, Snapshot, Transaction

REVISION = "deployment.kubernetes.io/revision"
HASH_LABEL = "pod-template-hash"
_SAFE = "bcdfghjklmnpqrstvwxz2456789"
"""The alphabet of generated names: no vowels, so that no words come out (apimachinery's pkg/util/rand)."""


def of(tx: Snapshot, deployment: Entity) -> list[Entity]:
    """The ReplicaSets of a Deployment, the newest revision last."""
    owned = tx.list(objects.CLOUD, REPLICA_SET.token, parent=deployment.id)
    return sorted(owned, key=lambda rs: (revision(rs), rs.id))


def revision(rs: Entity) -> int:
    """Which rollout of its Deployment made the ReplicaSet the current one."""
    return int(rs.outputs["metadata"]["annotations"][REVISION])


def template(rs: Entity) -> dict[str, Any]:
    """The pod template, with the server's defaults."""
    pod_template: dict[str, Any] = objects.manifest(rs)["spec"]["template"]
    return pod_template


def current(tx: Transaction, cluster: Cluster, deployment: Entity, live: dict[str, Any]) -> Entity:
    """The ReplicaSet of the Deployment's template: made, or an earlier one brought back as the newest revision."""
    sets = of(tx, deployment)
    newest = revision(sets[-1]) if sets else 0
    for rs in sets:
        if template(rs) == live["spec"]["template"]:
            return rs if revision(rs) == newest else _revised(tx, rs, newest + 1)
    suffix = _generated(json.dumps(live["spec"]["template"], sort_keys=True), 10)
    inputs: dict[str, Any] = {
        "apiVersion": REPLICA_SET.api_version,
        "kind": REPLICA_SET.kind,
        "metadata": {"name": f"{live['metadata']['name']}-{suffix}", "namespace": live["metadata"]["namespace"]},
        "spec": {"selector": live["spec"]["selector"], "template": live["spec"]["template"]},
    }
    owner = {
        "apiVersion": kinds.DEPLOYMENT.api_version,
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": kinds.DEPLOYMENT.kind,
        "name": live["metadata"]["name"],
        "uid": live["metadata"]["uid"],
    }
    labels = (live["spec"]["template"].get("metadata") or {}).get("labels") or {}
    metadata = {
        **inputs["metadata"],
        "annotations": {REVISION: str(newest + 1)},
        "labels": {**labels, HASH_LABEL: suffix},
        "ownerReferences": [owner],
    }
    obj = {**inputs, "metadata": metadata, "spec": {"replicas": 0}, "status": {"replicas": 0}}
    return objects.new(tx, cluster, REPLICA_SET, obj, inputs, "", deployment.id)


def pod_name(rs: Entity, number: int) -> str:
    """The name of the n-th pod that the ReplicaSet makes."""
    uid = rs.outputs["metadata"]["uid"]
    return f"{rs.id.rpartition('/')[2]}-{_generated(f'{uid}/{number}', 5)}"


def made(rs: Entity) -> int:
    """How many pods it has made so far."""
    return int(rs.outputs.get("_made") or 0)


def store(tx: Transaction, rs: Entity, pods: list[PodState], replicas: int, **facts: Any) -> Entity:
    """Keep the pods and the wanted count, where either differs, with the other facts (how many pods were `made` so far,
    what each `asks` for)."""
    obj = objects.live(rs)
    if states(rs) == pods and obj["spec"]["replicas"] == replicas:
        return rs
    ready = sum(pod.ready for pod in pods)
    status = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
    changed = {**obj, "spec": {"replicas": replicas}, "status": status}
    return objects.save(tx, REPLICA_SET, rs, changed, pods=kept(pods), **facts)


def forget(tx: Transaction, former: list[Entity], limit: int) -> None:
    """Remove former ReplicaSets without pods, except the newest `limit` of them (`revisionHistoryLimit`)."""
    idle = [rs for rs in former if not states(rs)]
    for rs in idle[: max(len(idle) - limit, 0)]:
        tx.delete(objects.CLOUD, REPLICA_SET.token, rs.id)


def _revised(tx: Transaction, rs: Entity, number: int) -> Entity:
    obj = objects.live(rs)
    metadata = {**obj["metadata"], "annotations": {REVISION: str(number)}}
    return objects.save(tx, REPLICA_SET, rs, {**obj, "metadata": metadata})


def _generated(source: str, length: int) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return "".join(_SAFE[byte % len(_SAFE)] for byte in digest[:length])
