"""What the API server and the controllers behind it do with an object: admit, store, act, remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.clouds.kubernetes import (
    custom_resources,
    defaults,
    deployments,
    field_managers,
    gateway_status,
    immutability,
    jobs,
    kinds,
    objects,
    quotas,
    services,
    volume_claims,
)
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.field_managers import Others
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot, Transaction
from sandbox.values import unwrap

SYSTEM_NAMESPACES = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease", "gke-managed-system", "gmp-system", "gmp-public"}
)
"""Namespaces that a GKE cluster comes with."""


def place(kind: Kind, manifest: dict[str, Any]) -> tuple[str, str]:
    """Namespace (empty for what has none) and name of a manifest."""
    metadata = manifest["metadata"]
    return (metadata.get("namespace") or "default") if kind.namespaced else "", metadata["name"]


def planned(tx: Snapshot, cluster: Cluster, kind: Kind, manifest: dict[str, Any]) -> dict[str, Any]:
    """The object as it would be made, with defaults. Raises CloudError where it would be refused."""
    custom_resources.require(cluster, kind)
    namespace, name = place(kind, manifest)
    system = not kind.namespaced and kind is kinds.NAMESPACE and name in SYSTEM_NAMESPACES
    if system or objects.get(tx, cluster, kind, namespace, name):
        raise CloudError(Reason.ALREADY_EXISTS, f'{kind.resource} "{name}" already exists')
    if kind.namespaced:
        if namespace not in SYSTEM_NAMESPACES and not objects.get(tx, cluster, kinds.NAMESPACE, "", namespace):
            raise CloudError(Reason.NOT_FOUND, f'namespaces "{namespace}" not found')
        quotas.admit(tx, cluster, kind, namespace, name)
        manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
    return defaults.filled(kind, manifest)


def create(tx: Transaction, cluster: Cluster, kind: Kind, inputs: dict[str, Any], urn: str) -> Entity:
    """Make the object and let the controllers act. Raises CloudError where it is refused.

    A new Deployment is shown as it was before its autoscaler acted: so it does not matter which of the two came first.
    """
    obj = _controlled(tx, cluster, kind, planned(tx, cluster, kind, unwrap(inputs)))
    entity = objects.new(tx, cluster, kind, obj, inputs, urn)
    if kind is kinds.DEPLOYMENT:
        entity = deployments.settle(tx, cluster, entity, scaled=False)
        deployments.settle(tx, cluster, entity)
        return entity
    return observed(tx, cluster, kind, entity, changed=True)


def merged(
    kind: Kind, entity: Entity, inputs: dict[str, Any], manager: str, ignored: Sequence[str]
) -> tuple[dict[str, Any], Others]:
    """The object as it would be after the manager applies these inputs, and what others own of it. Raises CloudError
    where a change is refused."""
    before, wanted = objects.live(entity), unwrap(inputs)
    after = defaults.filled(kind, field_managers.applied(entity, manager, wanted))
    immutability.enforce(kind, before, after)
    after, others = field_managers.resolved(entity, manager, wanted, after, ignored)
    return objects.changed_generation(before, after), others


def update(
    tx: Transaction,
    cluster: Cluster,
    kind: Kind,
    entity: Entity,
    inputs: dict[str, Any],
    urn: str,
    manager: str,
    ignored: Sequence[str] = (),
) -> Entity:
    """Apply the inputs and let the controllers act. `manager` is the state's, `ignored` are paths that Pulumi ignores."""
    obj, others = merged(kind, entity, inputs, manager, ignored)
    obj = _controlled(tx, cluster, kind, obj)
    owned = Entity(entity.cloud, entity.type, entity.id, urn, entity.parent, inputs, entity.outputs, entity.created)
    facts = {"others": field_managers.kept(others)} if others or "_others" in entity.outputs else {}
    return observed(tx, cluster, kind, objects.save(tx, kind, owned, obj, **facts), changed=True)


def observed(tx: Transaction, cluster: Cluster, kind: Kind, entity: Entity, changed: bool = False) -> Entity:
    """The object after its controller has looked at it. `changed` also wakes those who depend on it."""
    if kind is kinds.DEPLOYMENT:
        return deployments.settle(tx, cluster, entity)
    if kind is kinds.JOB:
        return jobs.settle(tx, cluster, entity)
    if kind is kinds.AUTOSCALER and changed:
        _scale(tx, cluster, entity)
    if kind in gateway_status.REPORTED and not changed:
        return gateway_status.observed(tx, cluster, kind, entity)
    return entity


def delete(tx: Transaction, cluster: Cluster, kind: Kind, entity: Entity) -> None:
    """Remove the object and what belongs to it: a namespace's objects, a Deployment's pods."""
    if kind is kinds.DEPLOYMENT:
        deployments.delete(tx, entity)
    elif kind is kinds.NAMESPACE:
        name = entity.id.rpartition("/")[2]
        for inside in tx.list(objects.CLOUD, prefix=objects.world_id(cluster, name, "")):
            tx.delete(objects.CLOUD, inside.type, inside.id)
    tx.delete(objects.CLOUD, kind.token, entity.id)


def _controlled(tx: Snapshot, cluster: Cluster, kind: Kind, obj: dict[str, Any]) -> dict[str, Any]:
    """The object with what is decided at once, before it is stored: addresses and first states."""
    match kind:
        case kinds.SERVICE:
            return services.addressed(tx, cluster, obj)
        case kinds.RESOURCE_QUOTA:
            return quotas.with_status(tx, cluster, obj)
        case kinds.NAMESPACE:
            return {**obj, "status": {"phase": "Active"}}
        case kinds.VOLUME_CLAIM:
            return volume_claims.sized(obj)
        case kinds.INGRESS:
            namespace, name = place(kind, obj)
            address = services.external_address(cluster, f"ingress/{namespace}/{name}")
            return {**obj, "status": {"loadBalancer": {"ingress": [{"ip": address}]}}}
        case kinds.AUTOSCALER:
            return {"status": {"currentMetrics": None, "desiredReplicas": 0}, **obj}
        case kinds.DISRUPTION_BUDGET:
            counts = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")
            return {"status": dict.fromkeys(counts, 0), **obj}
    return obj


def _scale(tx: Transaction, cluster: Cluster, scaler: Entity) -> None:
    """The Deployment that the autoscaler names, if it is there already, gets its number of pods."""
    live = objects.live(scaler)
    name = live["spec"]["scaleTargetRef"]["name"]
    target = objects.get(tx, cluster, kinds.DEPLOYMENT, live["metadata"]["namespace"], name)
    if target:
        deployments.settle(tx, cluster, target)
