"""The Deployment controller: plays a rollout to its end and stores what came of it."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import (
    deployment_status,
    field_managers,
    kinds,
    kubelet,
    limit_ranges,
    objects,
    pod_specs,
    replica_sets,
    rollout,
    volume_claims,
)
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.placed_pods import PENDING, PlacedPods, states
from sandbox.clouds.kubernetes.rollout import Actions, PodState
from sandbox.clouds.world import Entity, Snapshot, Transaction


def settle(tx: Transaction, cluster: Cluster, deployment: Entity, scaled: bool = True) -> Entity:
    """Bring pods and status up to date with everything that they depend on: template, count, images, nodes, quota.

    Called when the Deployment changes and when somebody looks at it. Where nothing moves, nothing is stored. `scaled`:
    an autoscaler, where there is one, has had its say.
    """
    live = objects.live(deployment)
    wanted = _scaled(tx, cluster, live) if scaled else live
    current = replica_sets.current(tx, cluster, deployment, wanted)
    former = [rs for rs in replica_sets.of(tx, deployment) if rs.id != current.id]
    attempt = _Attempt(tx, cluster, live["metadata"]["namespace"], current, former)
    replicas = int(wanted["spec"]["replicas"])
    limits = rollout.strategy(wanted["spec"], replicas)
    old, new = rollout.roll(replicas, limits, attempt.old, attempt.new, attempt.actions)

    current = replica_sets.store(tx, current, new, replicas, made=attempt.made, asks=attempt.asks)
    former = [
        replica_sets.store(tx, rs, left, len(left))
        for rs in former
        for left in [[pod for pod in old if attempt.owner(pod).id == rs.id]]
    ]
    if any(pod.node for pod in new):
        volume_claims.bind(tx, cluster, live["metadata"]["namespace"], wanted["spec"]["template"])
    replica_sets.forget(tx, former, int(wanted["spec"].get("revisionHistoryLimit", 10)))
    annotations = {**(wanted["metadata"].get("annotations") or {})}
    annotations[replica_sets.REVISION] = str(replica_sets.revision(current))
    changed = {**wanted, "metadata": {**wanted["metadata"], "annotations": annotations}}
    changed = objects.changed_generation(live, changed)
    changed["status"] = deployment_status.of(tx, changed, current, old, new, limits.unavailable, attempt.refused)
    if changed == live:
        return deployment
    facts = {}
    if changed["spec"]["replicas"] != live["spec"]["replicas"]:
        facts["others"] = field_managers.taken(deployment, field_managers.CONTROLLER, ("spec", "replicas"))
    return objects.save(tx, kinds.DEPLOYMENT, deployment, changed, **facts)


def delete(tx: Transaction, deployment: Entity) -> None:
    """Remove the Deployment with its ReplicaSets and pods."""
    for rs in replica_sets.of(tx, deployment):
        tx.delete(objects.CLOUD, kinds.REPLICA_SET.token, rs.id)
    tx.delete(objects.CLOUD, kinds.DEPLOYMENT.token, deployment.id)


class _Attempt:
    """What a rollout does to the cluster while it is being played."""

    def __init__(self, tx: Snapshot, cluster: Cluster, namespace: str, current: Entity, former: list[Entity]) -> None:
        self._tx, self._cluster, self._namespace = tx, cluster, namespace
        self._current = current
        self._template = limit_ranges.defaulted(tx, cluster, namespace, replica_sets.template(current))
        self._spec = pod_specs.of(self._template)
        self._owners = {pod.name: rs for rs in former for pod in states(rs)}
        self._pods = PlacedPods(tx, cluster, namespace)
        self.asks = pod_specs.asks(self._template)
        self.made = replica_sets.made(current)
        self.refused = ""
        self.old = [self._still_there(pod) for rs in former for pod in states(rs)]
        self.new = [self._still_there(pod) for pod in states(current)]
        self.actions = Actions(self._create, self._retry, self._remove)

    def owner(self, pod: PodState) -> Entity:
        """The ReplicaSet that has the pod."""
        return self._owners.get(pod.name, self._current)

    def _create(self) -> PodState | None:
        pod = PodState(replica_sets.pod_name(self._current, self.made))
        self.refused = self._pods.admit(self._template, pod.name)
        if self.refused:
            return None
        self.made += 1
        return self._retry(pod)

    def _retry(self, pod: PodState) -> PodState:
        if not pod.node:
            unbound = volume_claims.missing(self._tx, self._cluster, self._namespace, self._template)
            if unbound:
                return PodState(pod.name, "", PENDING, unbound)
            pod = self._pods.place(pod, self._current.id, self._spec)
        return kubelet.started(self._tx, self._cluster, self._namespace, self._template, pod) if pod.node else pod

    def _remove(self, pod: PodState) -> None:
        self._pods.remove(pod, self.owner(pod))

    def _still_there(self, pod: PodState) -> PodState:
        """A pod whose node is gone, with its pool, is pending again."""
        return (
            pod if not pod.node or self._pods.exists(pod.node) else PodState(pod.name, "", "NodeLost", "node is gone")
        )


def _scaled(tx: Snapshot, cluster: Cluster, live: dict[str, Any]) -> dict[str, Any]:
    """With an autoscaler the count is its minimum, for there is no load in the sandbox. It leaves a count of 0 alone."""
    if not live["spec"]["replicas"]:
        return live
    for scaler in objects.listed(tx, cluster, kinds.AUTOSCALER, live["metadata"]["namespace"]):
        spec = objects.live(scaler)["spec"]
        if spec["scaleTargetRef"]["name"] == live["metadata"]["name"]:
            return {**live, "spec": {**live["spec"], "replicas": int(spec["minReplicas"])}}
    return live
