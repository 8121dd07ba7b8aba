"""All pods of a cluster: where they run, what is left on the nodes, and what their namespaces' quotas still allow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sandbox.clouds.kubernetes import admission, clusters, kinds, objects, pod_specs, quantities
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.kubernetes.scheduler import CPU, Board, Pod, PodSpec, Unschedulable
from sandbox.clouds.world import Entity, Snapshot

PENDING = "Unschedulable"


def states(entity: Entity) -> list[PodState]:
    """The pods of a ReplicaSet or Job, as its entity keeps them."""
    return [PodState(**pod) for pod in entity.outputs.get("_pods") or []]


def kept(pods: list[PodState]) -> list[dict[str, Any]]:
    """Pods as an entity keeps them."""
    return [asdict(pod) for pod in pods]


class PlacedPods:
    """The pods of one cluster while one workload of it is being changed. Reads once; nothing is stored here."""

    def __init__(self, tx: Snapshot, cluster: Cluster) -> None:
        self._tx, self._cluster = tx, cluster
        self._used: dict[str, Counter[str]] = {}
        running: list[tuple[Pod, str]] = []
        for id_, pods, asks in _rows(tx, cluster):
            spec = PodSpec(asks["requests"])
            running += [(Pod(pod["name"], id_, spec), pod["node"]) for pod in pods if pod["node"]]
            self._count(id_.split("/", 2)[1], asks, len(pods))
        self._board = Board(clusters.nodes(tx, cluster), running)

    def exists(self, node: str) -> bool:
        """Whether the node (still) exists."""
        return self._board.has(node)

    def place(self, pod: PodState, group: str, spec: PodSpec) -> PodState:
        """The pod on a node, or with the reason why none takes it."""
        outcome = self._board.place(Pod(pod.name, group, spec))
        if isinstance(outcome, Unschedulable):
            return PodState(pod.name, "", PENDING, outcome.explained)
        return PodState(pod.name, outcome)

    def admit(self, namespace: str, template: Mapping[str, Any], name: str) -> str:
        """Count one more pod (and answer nothing), or say in the API server's words why there may be none."""
        if refused := admission.refusal(self._tx, self._cluster, namespace, template, name):
            return refused
        wanted = _amounts(pod_specs.asks(template))
        used = self._used.setdefault(namespace, Counter())
        for quota in objects.listed(self._tx, self._cluster, kinds.RESOURCE_QUOTA, namespace):
            hard = (objects.live(quota).get("spec") or {}).get("hard") or {}
            limits = {_long(key): _number(key, text) for key, text in hard.items()}
            missing = sorted(key for key in limits if key.startswith(("requests.", "limits.")) and key not in wanted)
            missing = [key for key in missing if not key.startswith("requests.storage")]
            prefix = f'pods "{name}" is forbidden: '
            quota_name = quota.id.rpartition("/")[2]
            if missing:
                return f"{prefix}failed quota: {quota_name}: must specify {','.join(missing)}"
            over = sorted(key for key, limit in limits.items() if key in wanted and used[key] + wanted[key] > limit)
            if over:
                asked = ",".join(f"{key}={_text(key, wanted[key])}" for key in over)
                taken = ",".join(f"{key}={_text(key, used[key])}" for key in over)
                limited = ",".join(f"{key}={_text(key, limits[key])}" for key in over)
                return f"{prefix}exceeded quota: {quota_name}, requested: {asked}, used: {taken}, limited: {limited}"
        used.update(wanted)
        return ""

    def remove(self, pod: PodState, owner: Entity) -> None:
        """Take a pod of this ReplicaSet or Job away: its room and its part of the quota are free again."""
        asks = owner.outputs["_asks"]
        self._count(owner.id.split("/", 2)[1], asks, -1)
        if pod.node:
            self._board.remove(Pod(pod.name, owner.id, PodSpec(asks["requests"])), pod.node)

    def used_text(self, namespace: str, key: str) -> str:
        """What the pods of a namespace have together of a quota's resource, as its status shows it."""
        return _text(_long(key), self._used.get(namespace, Counter())[_long(key)])

    def _count(self, namespace: str, asks: Mapping[str, Mapping[str, int]], pods: int) -> None:
        amounts = {key: amount * pods for key, amount in _amounts(asks).items()}
        self._used.setdefault(namespace, Counter()).update(amounts)


def _rows(tx: Snapshot, cluster: Cluster) -> Iterator[tuple[str, list[dict[str, str]], dict[str, dict[str, int]]]]:
    """Id, pods and what one pod asks for, of everything in the cluster that has pods.

    Picked out inside SQLite: this runs with every change of a workload, in a world that may have thousands.
    """
    sql = (
        "SELECT id, json_extract(outputs, '$._pods'), json_extract(outputs, '$._asks') FROM entity "
        "WHERE cloud = ? AND type = ? AND id >= ? AND id < ? AND json_extract(outputs, '$._pods[0]') IS NOT NULL"
    )
    for kind in (kinds.REPLICA_SET, kinds.JOB):
        # "0" follows "/" in the order of characters.
        for id_, pods, asks in tx.rows(sql, (objects.CLOUD, kind.token, f"{cluster.uid}/", f"{cluster.uid}0")):
            yield id_, json.loads(pods), json.loads(asks)


def _amounts(asks: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What one pod counts in a quota. https://kubernetes.io/docs/concepts/policy/resource-quotas/"""
    return {"pods": 1} | {f"{part}.{name}": n for part in ("requests", "limits") for name, n in asks[part].items()}


def _long(key: str) -> str:
    return f"requests.{key}" if key in ("cpu", "memory") else key


def _number(key: str, text: Any) -> int:
    return quantities.milli(text) if key.rpartition(".")[2] == CPU else quantities.whole(text)


def _text(key: str, amount: int) -> str:
    if key.endswith(f".{CPU}"):
        return quantities.canonical(f"{amount}m")
    return (
        quantities.canonical(f"{amount // 1024}Ki") if key.endswith(".memory") and amount % 1024 == 0 else str(amount)
    )
