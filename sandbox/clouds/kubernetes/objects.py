"""Kubernetes objects as entities of the world: their ids, what the API server stamps on them, what Pulumi is shown.

An entity's inputs are the checked inputs, its outputs the checkpoint that pulumi-kubernetes writes (checkpointObject in
provider/pkg/provider/provider.go): the live object, `__inputs`, `__initialApiVersion` and `__fieldManager`. Secret
marks stand in both. Left out of the live object: `managedFields`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sandbox.clouds.kubernetes import custom_resources, secrecy
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import REPLICA_SET, Kind
from sandbox.clouds.world import Entity, Snapshot, Transaction
from sandbox.values import unwrap

CLOUD = "kubernetes"
FIELD_MANAGER = "pulumi.com/patchFieldManager"

_COUNTS_GENERATIONS = {"Deployment", "Job", "NetworkPolicy", "Ingress", "PodDisruptionBudget", REPLICA_SET.kind}
_UID_SPACE = uuid.UUID("8d1f6d1c-5f0a-4c4e-9f6e-1b2a3c4d5e6f")


def world_id(cluster: Cluster, namespace: str, name: str) -> str:
    """The id in the world. `namespace` is empty for what has none."""
    return f"{cluster.uid}/{namespace}/{name}"


def get(tx: Snapshot, cluster: Cluster, kind: Kind, namespace: str, name: str) -> Entity | None:
    """The object, or None where it does not exist. A finished Job whose time to live is over does not."""
    entity = tx.get(CLOUD, kind.token, world_id(cluster, namespace, name))
    return None if entity is None or _expired(tx, entity) else entity


def listed(tx: Snapshot, cluster: Cluster, kind: Kind, namespace: str | None = None) -> list[Entity]:
    """All objects of the kind in a namespace, or in the whole cluster, by name."""
    prefix = f"{cluster.uid}/" if namespace is None else f"{cluster.uid}/{namespace}/"
    return [entity for entity in tx.list(CLOUD, kind.token, prefix=prefix) if not _expired(tx, entity)]


def live(entity: Entity) -> dict[str, Any]:
    """The object as the API server shows it, in clear."""
    shown: dict[str, Any] = unwrap({k: v for k, v in entity.outputs.items() if not k.startswith("_")})
    return shown


def manifest(entity: Entity) -> dict[str, Any]:
    """The checked inputs, in clear."""
    clear: dict[str, Any] = unwrap(entity.inputs)
    return clear


def new(
    tx: Transaction,
    cluster: Cluster,
    kind: Kind,
    obj: dict[str, Any],
    inputs: dict[str, Any],
    urn: str,
    parent: str = "",
    **facts: Any,
) -> Entity:
    """An entity for a new object, stamped and stored. `obj` has the server's defaults already; `facts` as in `save`."""
    metadata = dict(obj["metadata"])
    namespace = metadata.get("namespace", "") if kind.namespaced else ""
    id_ = world_id(cluster, namespace, metadata["name"])
    metadata["creationTimestamp"] = timestamp(tx.now())
    if kind.kind in _COUNTS_GENERATIONS or custom_resources.schema(kind):
        metadata["generation"] = 1
    born = tx.next(f"kubernetes/{kind.token}/{id_}")
    metadata["uid"] = str(uuid.uuid5(_UID_SPACE, f"{kind.token}/{id_}/{born}"))
    entity = Entity(CLOUD, kind.token, id_, urn, parent, inputs)
    return save(tx, kind, entity, {**obj, "metadata": metadata}, **facts)


def save(tx: Transaction, kind: Kind, entity: Entity, obj: dict[str, Any], **facts: Any) -> Entity:
    """Store a changed object under another resource version. `facts` are the sandbox's own, kept with a `_` in front."""
    obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": _version(obj)}}
    kept = {k: v for k, v in entity.outputs.items() if k.startswith("_") and not k.startswith("__")}
    outputs = checkpoint(kind, obj, entity.inputs, entity.urn) | kept | {f"_{k}": v for k, v in facts.items()}
    return tx.put(replace(entity, outputs=outputs))


def changed_generation(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`after` with the generation raised where anything but metadata and status differs."""
    rest = [{k: v for k, v in obj.items() if k not in ("metadata", "status")} for obj in (before, after)]
    generation = before["metadata"].get("generation")
    if generation is None or rest[0] == rest[1]:
        return after
    return {**after, "metadata": {**after["metadata"], "generation": generation + 1}}


def checkpoint(kind: Kind, obj: dict[str, Any], inputs: dict[str, Any], urn: str) -> dict[str, Any]:
    """What Pulumi gets as outputs."""
    clear = unwrap(inputs)
    return secrecy.marked(kind, obj, inputs) | {
        "__inputs": secrecy.marked(kind, clear, inputs),
        "__initialApiVersion": clear.get("apiVersion", kind.api_version),
        "__fieldManager": field_manager(urn, clear),
    }


def field_manager(urn: str, inputs: dict[str, Any]) -> str:
    """The name under which server-side apply owns fields. The real provider draws it; here the URN decides it, so that
    two runs that should be equal are."""
    named = ((inputs.get("metadata") or {}).get("annotations") or {}).get(FIELD_MANAGER)
    return str(named) if named else f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def timestamp(seconds: float) -> str:
    """A time of the virtual clock as the API server writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(obj: dict[str, Any]) -> str:
    """The resource version: opaque, and another one for another content. The content alone decides it, not a counter as
    in etcd, so that worlds are equal in which the same came about in another order or at another time."""
    timeless = _without_times(obj)
    timeless["metadata"].pop("resourceVersion", None)
    text = json.dumps(timeless, sort_keys=True)
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:5]))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if not k.endswith(("Time", "Timestamp"))}
    return [_without_times(item) for item in value] if isinstance(value, list) else value


def _expired(tx: Snapshot, entity: Entity) -> bool:
    finished = entity.outputs.get("_finished")
    ttl = (entity.outputs.get("spec") or {}).get("ttlSecondsAfterFinished") if finished else None
    return finished is not None and ttl is not None and tx.now() >= float(finished) + float(ttl)
