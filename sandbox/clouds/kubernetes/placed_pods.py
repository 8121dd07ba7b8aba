"""The pods of a namespace: where they run, what all pods leave on the nodes, and what the namespace's quotas still allow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

from sandbox.clouds.kubernetes import admission, clusters, kinds, objects, pod_specs, quantities
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.kubernetes.scheduler import CPU, MEMORY, Board, Pod, PodSpec, Unschedulable
from sandbox.clouds.world import Entity, Snapshot

PENDING = "Unschedulable"
_DEMANDED = frozenset(f"{part}{name}" for part in ("", "requests.", "limits.") for name in (CPU, MEMORY))
"""What every container must speak of once a quota counts it (validationSet in pkg/quota/v1/evaluator/core/pods.go)."""


def states(entity: Entity) -> list[PodState]:
    """The pods of a ReplicaSet or Job, as its entity keeps them."""
    return [PodState(**pod) for pod in entity.outputs.get("_pods") or []]


def kept(pods: list[PodState]) -> list[dict[str, Any]]:
    """Pods as an entity keeps them."""
    return [asdict(pod) for pod in pods]


class PlacedPods:
    """The pods of one namespace while one workload of it is being changed. Reads once; nothing is stored here.

    What a pod costs does not grow with the pods of other namespaces: of those it only knows what they take of each node.
    """

    def __init__(self, tx: Snapshot, cluster: Cluster, namespace: str) -> None:
        self._tx, self._cluster, self._namespace = tx, cluster, namespace
        self._used: Counter[str] = Counter()
        self._rows = list(_rows(tx, cluster, namespace))
        for _, pods, asks in self._rows:
            self._count(asks, len(pods))

    @cached_property
    def _board(self) -> Board:
        board = Board(clusters.nodes(self._tx, self._cluster))
        for node, amounts in _loads(self._tx, self._cluster).items():
            board.occupy(node, amounts, amounts.pop("pods", 0))
        for group, pods, _ in self._rows:
            for pod in pods:
                board.belong(group, pod["node"])
        return board

    def exists(self, node: str) -> bool:
        """Whether the node (still) exists."""
        return self._board.has(node)

    def place(self, pod: PodState, group: str, spec: PodSpec) -> PodState:
        """The pod on a node, or with the reason why none takes it."""
        outcome = self._board.place(Pod(pod.name, group, spec))
        if isinstance(outcome, Unschedulable):
            return PodState(pod.name, "", PENDING, outcome.explained)
        return PodState(pod.name, outcome)

    def admit(self, template: Mapping[str, Any], name: str) -> str:
        """Count one more pod (and answer nothing), or say in the API server's words why there may be none."""
        if refused := admission.refusal(self._tx, self._cluster, self._namespace, template, name):
            return refused
        wanted, used = _amounts(pod_specs.asks(template)), self._used
        for quota in objects.listed(self._tx, self._cluster, kinds.RESOURCE_QUOTA, self._namespace):
            hard = (objects.live(quota).get("spec") or {}).get("hard") or {}
            limits = {key: _number(key, text) for key, text in hard.items()}
            prefix = f'pods "{name}" is forbidden: '
            quota_name = quota.id.rpartition("/")[2]
            if unsaid := _unsaid(limits.keys() & _DEMANDED, template):
                return f"{prefix}failed quota: {quota_name}: must specify {unsaid}"
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
        self._count(asks, -1)
        if pod.node:
            self._board.remove(Pod(pod.name, owner.id, PodSpec(asks["requests"])), pod.node)

    def used_text(self, key: str) -> str:
        """What the pods have together of a quota's resource, as its status shows it."""
        return _text(key, self._used[key])

    def _count(self, asks: Mapping[str, Mapping[str, int]], pods: int) -> None:
        self._used.update({key: amount * pods for key, amount in _amounts(asks).items()})


def _loads(tx: Snapshot, cluster: Cluster) -> dict[str, dict[str, int]]:
    """Node -> what all pods there ask for together, and under `pods` how many they are."""
    found: dict[str, dict[str, int]] = {}
    for node, resource, amount in tx.rows("SELECT node, resource, amount FROM load WHERE cluster = ?", (cluster.uid,)):
        found.setdefault(node, {})[resource] = amount
    return found


def _rows(
    tx: Snapshot, cluster: Cluster, namespace: str
) -> Iterator[tuple[str, list[dict[str, str]], dict[str, dict[str, int]]]]:
    """Id, pods and what one pod asks for, of everything in the namespace that has pods."""
    sql = (
        "SELECT id, json_extract(outputs, '$._pods'), json_extract(outputs, '$._asks') FROM entity "
        "WHERE cloud = ? AND type = ? AND id >= ? AND id < ? AND json_extract(outputs, '$._pods[0]') IS NOT NULL"
    )
    for kind in (kinds.REPLICA_SET, kinds.JOB):
        # "0" follows "/" in the order of characters.
        place = f"{cluster.uid}/{namespace}"
        for id_, pods, asks in tx.rows(sql, (objects.CLOUD, kind.token, f"{place}/", f"{place}0")):
            yield id_, json.loads(pods), json.loads(asks)


def _amounts(asks: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What one pod counts in a quota. https://kubernetes.io/docs/concepts/policy/resource-quotas/"""
    short = {name: n for name, n in asks["requests"].items() if name in (CPU, MEMORY, "ephemeral-storage")}
    long = {f"{part}.{name}": n for part in ("requests", "limits") for name, n in asks[part].items()}
    return {"pods": 1, "count/pods": 1} | short | long


def _unsaid(keys: set[str], template: Mapping[str, Any]) -> str:
    """Which of these keys of a quota which containers say nothing of."""
    found: dict[str, list[str]] = {}
    for container in pod_specs.containers(template):
        for key in keys - _amounts(pod_specs.asks({"spec": {"containers": [container]}})).keys():
            found.setdefault(key, []).append(container["name"])
    return "; ".join(f"{key} for: {','.join(sorted(found[key]))}" for key in sorted(found))


def _number(key: str, text: Any) -> int:
    return quantities.milli(text) if key.rpartition(".")[2] == CPU else quantities.whole(text)


def _text(key: str, amount: int) -> str:
    name = key.rpartition(".")[2]
    if name == CPU:
        return quantities.canonical(f"{amount}m")
    return quantities.canonical(f"{amount // 1024}Ki") if name == MEMORY and amount % 1024 == 0 else str(amount)
