"""The nodes and objects of an emulated cluster, made anew in a real one, and what either says of them."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import yaml

from sandbox.clouds.kubernetes import clusters, kinds, objects, quantities, replica_sets, workloads
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.kubernetes.scheduler import CPU, Node
from sandbox.clouds.world import World
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import CRDS

PATIENCE_SECONDS = 120
"""How long controllers may take to come to rest; they take a few seconds."""

_FIRST = ("Namespace", "GatewayClass", "ClusterRole", "ServiceAccount", "ConfigMap", "Secret", "PersistentVolumeClaim")
"""What others refer to comes first, so that no controller has to look twice."""


@dataclass(frozen=True)
class Verdict:
    """Of one Deployment: its ready and its wanted pods, the images of ready ones, and why others are not scheduled."""

    ready: int
    desired: int
    images: frozenset[str]
    unscheduled: frozenset[str]


def emulated_manifests(world: World, endpoint: str) -> dict[str, dict[str, Any]]:
    """Everything that was applied to the emulated cluster, by uid, in an order in which it can be applied again."""
    with world.read() as tx:
        cluster = _cluster(clusters.at_endpoint(tx, endpoint))
        found = [
            (objects.live(entity)["metadata"]["uid"], objects.manifest(entity))
            for kind in kinds.KINDS.values()
            for entity in objects.listed(tx, cluster, kind)
        ]
    rank = {kind: position for position, kind in enumerate(_FIRST)}
    return dict(sorted(found, key=lambda pair: rank.get(pair[1]["kind"], len(_FIRST))))


def emulated_nodes(world: World, endpoint: str) -> list[dict[str, Any]]:
    """The nodes that the emulated cluster can have, as objects."""
    with world.read() as tx:
        return [_node(node) for node in clusters.nodes(tx, _cluster(clusters.at_endpoint(tx, endpoint)))]


def emulated_verdicts(world: World, endpoint: str) -> dict[tuple[str, str], Verdict]:
    """What the sandbox says of every Deployment, by namespace and name."""
    found = {}
    with world.read() as tx:
        cluster = _cluster(clusters.at_endpoint(tx, endpoint))
        names = workloads.namespaces(tx, cluster)
        for namespace in names:
            for entity in objects.listed(tx, cluster, kinds.DEPLOYMENT, namespace):
                sets = replica_sets.of(tx, entity)
                pods = [(pod, replica_sets.template(each)) for each in sets for pod in states(each)]
                found[namespace, entity.id.rpartition("/")[2]] = Verdict(
                    sum(pod.ready for pod, _ in pods),
                    int(objects.live(entity)["spec"]["replicas"]),
                    frozenset(_image(template["spec"]) for pod, template in pods if pod.ready),
                    frozenset(_shortage(pod.message) for pod, _ in pods if not pod.node),
                )
    return found


def emulated_jobs(world: World, endpoint: str) -> dict[tuple[str, str], bool]:
    """Every Job by namespace and name, and whether the sandbox says that it is complete."""
    with world.read() as tx:
        cluster = _cluster(clusters.at_endpoint(tx, endpoint))
        return {
            (namespace, entity.id.rpartition("/")[2]): _complete(objects.live(entity))
            for namespace in workloads.namespaces(tx, cluster)
            for entity in objects.listed(tx, cluster, kinds.JOB, namespace)
        }


def real_jobs(api: Api) -> dict[tuple[str, str], bool]:
    """Every Job by namespace and name, and whether the real control plane says that it is complete."""
    return {
        (job["metadata"]["namespace"], job["metadata"]["name"]): _complete(job) for job in api.list("batch/v1", "Job")
    }


def busiest_nodes(api: Api) -> list[str]:
    """The nodes that have pods, those with most of them first."""
    counts = Counter(node for pod in api.list("v1", "Pod") if (node := pod["spec"].get("nodeName")))
    return [node for node, _ in counts.most_common()]


def serve_custom_kinds(api: Api) -> None:
    """Definitions of the custom kinds that are emulated: the published ones, or where no module has them, open ones."""
    for path in sorted(CRDS.glob("*.yaml")):
        api.apply(yaml.safe_load(path.read_text()))
    for kind in kinds.KINDS.values():
        if "." in kind.group and not kind.group.endswith(".k8s.io"):
            api.apply(_definition(kind))
    custom = [kind for kind in kinds.KINDS.values() if "." in kind.group]
    settled(lambda: all(_served(api, kind) for kind in custom), "custom kinds are served")


def real_verdicts(api: Api) -> dict[tuple[str, str], Verdict]:
    """What the real control plane says of every Deployment, by namespace and name."""
    pods = api.list("v1", "Pod")
    found = {}
    for deployment in api.list("apps/v1", "Deployment"):
        metadata, wanted = deployment["metadata"], deployment["spec"]["selector"]["matchLabels"]
        own = [
            pod
            for pod in pods
            if pod["metadata"]["namespace"] == metadata["namespace"]
            and wanted.items() <= pod["metadata"].get("labels", {}).items()
            and "deletionTimestamp" not in pod["metadata"]
        ]
        found[metadata["namespace"], metadata["name"]] = Verdict(
            sum(_is_ready(pod) for pod in own),
            deployment["spec"]["replicas"],
            frozenset(_image(pod["spec"]) for pod in own if _is_ready(pod)),
            frozenset(_shortage(message) for pod in own if (message := _unscheduled(pod))),
        )
    return found


def settled(condition: Callable[[], bool], what: str) -> None:
    """Wait until it holds. Raises AssertionError when it has not within PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s: {what}"
        time.sleep(0.2)


def agreed(api: Api, expected: Mapping[tuple[str, str], Verdict]) -> None:
    """Wait until the real control plane says what is expected. Raises AssertionError with the difference."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (real := real_verdicts(api)) != expected:
        assert time.monotonic() < deadline, _difference(real, expected)
        time.sleep(0.2)


def drain(api: Api, nodes: Collection[str], floors: Mapping[tuple[str, str], int]) -> int:
    """Evict every pod of these nodes as `kubectl drain` does; how many evictions a budget put off.

    Raises AssertionError when ready pods of a Deployment fall below its floor, or pods are left in the end.
    """
    for node in nodes:
        api.request("PATCH", f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}}, "application/merge-patch+json")
    put_off = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := [pod for pod in api.list("v1", "Pod") if pod["spec"].get("nodeName") in nodes]:
        assert time.monotonic() < deadline, [pod["metadata"]["name"] for pod in left]
        for pod in left:
            if "deletionTimestamp" in pod["metadata"]:
                continue
            try:
                api.evict(pod)
            except Refused as refused:
                if refused.status != HTTPStatus.TOO_MANY_REQUESTS:
                    raise
                put_off += 1
        low = {key: seen.ready for key, seen in real_verdicts(api).items() if seen.ready < floors.get(key, 0)}
        assert not low, low
    return put_off


def _cluster(found: Cluster | None) -> Cluster:
    assert found, "the emulated cluster is not there"
    return found


def _node(node: Node) -> dict[str, Any]:
    amounts = {
        name: f"{amount}m" if name == CPU else quantities.canonical(str(amount))
        for name, amount in node.allocatable.items()
    }
    amounts["pods"] = str(node.pods)
    taints = [{"key": each.key, "value": each.value, "effect": each.effect} for each in node.taints]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name, "labels": dict(node.labels)},
        "spec": {"taints": taints},
        "status": {"allocatable": amounts, "capacity": amounts},
    }


def _definition(kind: Kind) -> dict[str, Any]:
    version = kind.api_version.rpartition("/")[2]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "names": {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower()},
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}],
        },
    }


def _served(api: Api, kind: Kind) -> bool:
    try:
        api.path(kind.api_version, kind.kind)
    except Refused:
        return False
    return True


def _complete(job: Mapping[str, Any]) -> bool:
    return any(each["type"] == "Complete" and each["status"] == "True" for each in _conditions(job))


def _image(spec: Mapping[str, Any]) -> str:
    return str(spec["containers"][-1]["image"])


def _is_ready(pod: Mapping[str, Any]) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in _conditions(pod))


def _unscheduled(pod: Mapping[str, Any]) -> str:
    return next((c["message"] for c in _conditions(pod) if c["type"] == "PodScheduled" and c["status"] == "False"), "")


def _conditions(pod: Mapping[str, Any]) -> Iterable[Mapping[str, str]]:
    conditions: Iterable[Mapping[str, str]] = pod["status"].get("conditions", [])
    return conditions


def _shortage(message: str) -> str:
    """What both say, without the sandbox's amount that is short and the scheduler's word on preemption."""
    return message.partition(" Short by ")[0].partition(" preemption: ")[0].partition(" no new claims")[0].strip()


def _difference(real: Mapping[tuple[str, str], Verdict], expected: Mapping[tuple[str, str], Verdict]) -> str:
    keys = sorted(real.keys() | expected.keys())
    lines = [
        f"{key}: real {real.get(key)}, sandbox {expected.get(key)}"
        for key in keys
        if real.get(key) != expected.get(key)
    ]
    return "\n".join(lines)
