"""The GKE cluster that a kubeconfig means, and the nodes that its pools can have.

Clusters and pools are entities of the emulated Google Cloud; nothing is kept of them here. Nodes are counted as if the
autoscaler had already added all it may: those beyond a pool's initial size are standby nodes. Autopilot clusters are
not emulated and have no nodes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clouds.kubernetes import machine_types
from sandbox.clouds.kubernetes.kubeconfig import ActiveCluster
from sandbox.clouds.kubernetes.scheduler import CPU, MEMORY, Node, Taint
from sandbox.clouds.world import Entity, Snapshot

CLUSTER_TYPE = "gcp:container/cluster:Cluster"
POOL_TYPE = "gcp:container/nodePool:NodePool"
GPU = "nvidia.com/gpu"

DEFAULT_ACCOUNT = "default"
"""What a pool's service account is called where none is given."""

_DEFAULT_MACHINE_TYPE = "e2-medium"
"""What GKE takes where a pool names none: https://cloud.google.com/kubernetes-engine/docs/concepts/node-pools"""

_DEFAULT_SERVICES = "34.118.224.0/20"
"""The range that Google gives clusters without one of their own, for all of them the same."""

_THREE_ZONES = {"us-east1": "bcd", "europe-west1": "bcd", "us-central1": "abc"}
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}


class Unreachable(Exception):
    """No API server answers at the kubeconfig's address; the message is the connection error."""


@dataclass(frozen=True)
class Cluster:
    """One cluster of the world. `uid` tells it from a former one of the same name and begins its objects' ids."""

    uid: str
    entity: Entity

    @property
    def services_range(self) -> ipaddress.IPv4Network:
        """Where the addresses of Services come from."""
        outputs = self.entity.outputs
        policy = outputs.get("ipAllocationPolicy") or {}
        for text in (outputs.get("servicesIpv4Cidr"), policy.get("servicesIpv4CidrBlock")):
            if text and "." in text and "/" in text:
                return ipaddress.IPv4Network(text, strict=False)
        return ipaddress.IPv4Network(_DEFAULT_SERVICES)


def find(tx: Snapshot, active: ActiveCluster | None) -> Cluster:
    """The cluster at the kubeconfig's address. Raises Unreachable where there is none, or it has another certificate.

    Behind a DNS endpoint stands Google's front end, with a certificate that any system trusts: no cluster's own authority
    has signed it.
    """
    if active is None:
        raise Unreachable("invalid configuration: no configuration has been provided")
    for entity in tx.list("gcp", CLUSTER_TYPE):
        if active.host in _hosts(entity):
            authority = (entity.outputs.get("masterAuth") or {}).get("clusterCaCertificate")
            named = active.host == _dns_endpoint(entity)
            if active.authority and authority and (named or active.authority != authority):
                raise Unreachable(
                    f'Get "{active.server}/openapi/v2?timeout=32s": tls: failed to verify certificate: '
                    "x509: certificate signed by unknown authority"
                )
            return Cluster(_uid(entity), entity)
    raise Unreachable(
        f'Get "{active.server}/openapi/v2?timeout=32s": dial tcp {active.host}: connect: no route to host'
    )


def every(tx: Snapshot) -> list[Cluster]:
    """All clusters that there are."""
    return [Cluster(_uid(entity), entity) for entity in tx.list("gcp", CLUSTER_TYPE)]


def at_endpoint(tx: Snapshot, endpoint: str) -> Cluster | None:
    """The cluster with this endpoint (an address or name, without scheme), or None."""
    found = [entity for entity in tx.list("gcp", CLUSTER_TYPE) if endpoint in _hosts(entity)]
    return Cluster(_uid(found[0]), found[0]) if found else None


def nodes(tx: Snapshot, cluster: Cluster) -> list[Node]:
    """All nodes that the cluster's pools can have, by name."""
    found: list[Node] = []
    for pool in tx.list("gcp", POOL_TYPE):
        if _belongs(pool, cluster.entity):
            found += _pool_nodes(cluster.entity, {**pool.inputs, **pool.shown}, pool.id.rpartition("/")[2])
    return sorted(found, key=lambda node: node.name)


def account(tx: Snapshot, cluster: Cluster, node: str) -> str:
    """The service account of a node, which is its pool's; `default` is Compute Engine's own."""
    for pool in tx.list("gcp", POOL_TYPE):
        name = pool.id.rpartition("/")[2]
        if _belongs(pool, cluster.entity) and _is_node(node, cluster.entity, name):
            return str(({**pool.inputs, **pool.shown}.get("nodeConfig") or {}).get("serviceAccount") or DEFAULT_ACCOUNT)
    return DEFAULT_ACCOUNT


def _is_node(node: str, cluster: Entity, pool: str) -> bool:
    """Whether a node of this name is one of the pool's; what follows the pool's name are zone and number."""
    prefix = f"gke-{cluster.id.rpartition('/')[2]}-{pool}-"
    return (
        node.startswith(prefix) and re.fullmatch(r"[a-z]+-[a-z]+\d+-[a-z]-\d+", node.removeprefix(prefix)) is not None
    )


def _hosts(entity: Entity) -> set[str]:
    """Where its control plane answers: at its addresses unless those are off, at its DNS name if that is open."""
    outputs = entity.outputs
    private = outputs.get("privateClusterConfig") or {}
    hosts = {
        outputs.get("endpoint"),
        private.get("privateEndpoint"),
        private.get("publicEndpoint"),
        _dns_endpoint(entity),
    }
    return {host for host in hosts if host}


def _dns_endpoint(entity: Entity) -> str:
    """Empty where it is closed to users."""
    config = (entity.outputs.get("controlPlaneEndpointsConfig") or {}).get("dnsEndpointConfig") or {}
    return str(config["endpoint"]) if config.get("allowExternalTraffic") else ""


def _uid(entity: Entity) -> str:
    return str(entity.outputs.get("_uid") or entity.outputs.get("endpoint") or entity.id)


def _belongs(pool: Entity, cluster: Entity) -> bool:
    """A pool names its cluster by id, self link or name; a bare name means one at the pool's own location."""
    named = str(pool.inputs.get("cluster", ""))
    if "/" in named:
        return cluster.id.endswith(named) or named.endswith(cluster.id)
    location = pool.inputs.get("location") or pool.outputs.get("location")
    return named == cluster.id.rpartition("/")[2] and location in (None, cluster.outputs.get("location"))


def _pool_nodes(cluster: Entity, pool: Mapping[str, Any], name: str) -> list[Node]:
    config = pool.get("nodeConfig") or {}
    machine = machine_types.of(config.get("machineType") or _DEFAULT_MACHINE_TYPE)
    zones = _zones(pool.get("nodeLocations") or cluster.outputs.get("nodeLocations"), _location(cluster, pool))
    labels, taints = _labels(config, machine, name), _taints(config, machine)
    accelerators = config.get("guestAccelerators") or []
    gpus = sum(int(entry.get("count", 0)) for entry in accelerators) or machine.gpus
    allocatable = {CPU: machine.allocatable_cpu, MEMORY: machine.allocatable_memory}
    if gpus:
        allocatable[GPU] = gpus
        kind = str(accelerators[0].get("type", "")) if accelerators else machine.gpu_type
        labels["cloud.google.com/gke-accelerator"] = kind
        taints = (*taints, Taint(GPU, "present"))
    first, most = _counts(pool, len(zones))
    pods = int(pool.get("maxPodsPerNode") or cluster.outputs.get("defaultMaxPodsPerNode") or 110)
    found = []
    for zone in zones:
        for number in range(most):
            node = f"gke-{cluster.id.rpartition('/')[2]}-{name}-{zone}-{number}"
            where = {
                "kubernetes.io/hostname": node,
                "topology.kubernetes.io/zone": zone,
                "topology.kubernetes.io/region": zone.rpartition("-")[0],
            }
            found.append(Node(node, allocatable, labels | where, taints, pods, standby=number >= first))
    return found


def _counts(pool: Mapping[str, Any], zones: int) -> tuple[int, int]:
    """Nodes a zone at first and at most. Limits for the whole pool are shared out evenly, what is left over is lost."""
    first = int(pool.get("nodeCount") or pool.get("initialNodeCount") or 0)
    scaling = pool.get("autoscaling") or {}
    if scaling.get("totalMaxNodeCount"):
        return min(first, scaling["totalMaxNodeCount"] // zones), int(scaling["totalMaxNodeCount"] // zones)
    if scaling.get("maxNodeCount"):
        most = int(scaling["maxNodeCount"])
        return min(max(first, int(scaling.get("minNodeCount") or 0)), most), most
    return first, first


def _location(cluster: Entity, pool: Mapping[str, Any]) -> str:
    location = pool.get("location") or cluster.outputs.get("location") or cluster.inputs.get("location")
    return str(location or re.sub(r".*/locations/([^/]+)/.*", r"\1", cluster.id))


def _zones(given: list[str] | None, location: str) -> list[str]:
    """A pool's zones; a regional one without a list gets three of its region's."""
    if given:
        return sorted(given)
    if re.fullmatch(r".+-[a-z]", location):
        return [location]
    return [f"{location}-{letter}" for letter in _THREE_ZONES.get(location, "abc")]


def _labels(config: Mapping[str, Any], machine: machine_types.MachineType, pool: str) -> dict[str, str]:
    labels = {
        "kubernetes.io/arch": machine.architecture,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": machine.name,
        "cloud.google.com/gke-nodepool": pool,
        "cloud.google.com/machine-family": machine.name.partition("-")[0],
    }
    if config.get("spot"):
        labels["cloud.google.com/gke-spot"] = "true"
    if config.get("preemptible"):
        labels["cloud.google.com/gke-preemptible"] = "true"
    return labels | {key: str(value) for key, value in (config.get("labels") or {}).items()}


def _taints(config: Mapping[str, Any], machine: machine_types.MachineType) -> tuple[Taint, ...]:
    taints = [
        Taint(taint["key"], str(taint.get("value", "")), _EFFECTS.get(taint["effect"], taint["effect"]))
        for taint in config.get("taints") or []
    ]
    if machine.architecture == "arm64":
        taints.append(Taint("kubernetes.io/arch", "arm64"))
    return tuple(taints)
