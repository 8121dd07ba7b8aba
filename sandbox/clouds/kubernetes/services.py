"""Services and Ingresses: their addresses, and whether the pods behind a Service are ready."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any

from sandbox.clouds.kubernetes import kinds, objects, replica_sets
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot

_EXTERNAL = ipaddress.IPv4Network("34.82.0.0/15")
"""Where addresses of load balancers are taken from: a range of Google's, for looks only."""

_ADDRESSED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
"""What only a Service with an address of its own has."""

_NO_PODS = (
    "Service does not target any Pods. Selected Pods may not be ready, or "
    "field '.spec.selector' may not match labels on any Pods"
)


def addressed(tx: Snapshot, cluster: Cluster, live: dict[str, Any]) -> dict[str, Any]:
    """The Service with its cluster address, and for a load balancer its external one. What it has it keeps."""
    spec, name = dict(live["spec"]), f"{live['metadata']['namespace']}/{live['metadata']['name']}"
    if spec["type"] == "ExternalName":
        # What was another Service before gives its address back.
        kept = {key: value for key, value in spec.items() if key not in _ADDRESSED}
        return {**live, "spec": kept, "status": {"loadBalancer": {}}}
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free(cluster.services_range, name, _taken(tx, cluster))
    elif "uid" not in live["metadata"] and spec["clusterIP"] != "None":
        _require_free(tx, cluster, live["metadata"]["name"], spec["clusterIP"])
    spec["clusterIPs"] = [spec["clusterIP"]]
    balancer: dict[str, Any] = {}
    if spec["type"] == "LoadBalancer":
        address = spec.get("loadBalancerIP") or external_address(cluster, name)
        balancer = {"ingress": [{"ip": address, "ipMode": "VIP"}]}
    return {**live, "spec": spec, "status": {"loadBalancer": balancer}}


def external_address(cluster: Cluster, name: str) -> str:
    """The address that a load balancer of this name gets; no two names share one unless their hashes collide."""
    digest = hashlib.sha256(f"{cluster.uid}/{name}".encode()).digest()
    return str(_EXTERNAL[1 + int.from_bytes(digest[:8]) % (_EXTERNAL.num_addresses - 2)])


def failures(tx: Snapshot, service: Entity) -> list[str] | None:
    """None when the Service is live; else what pulumi-kubernetes says of it (provider/pkg/await/service.go).

    A Service that selects nothing is live; one that selects a pod which is not ready, is not. Pods without a node have
    no address and are no endpoints yet. Headless, external and selectorless Services wait for nothing.
    """
    spec = objects.live(service)["spec"]
    selector = spec.get("selector")
    if spec["type"] == "ExternalName" or spec.get("clusterIP") == "None" or not selector:
        return None
    prefix = service.id.rpartition("/")[0] + "/"
    pods = [
        pod
        for rs in tx.list(objects.CLOUD, kinds.REPLICA_SET.token, prefix=prefix)
        if _selected(selector, (replica_sets.template(rs).get("metadata") or {}).get("labels") or {})
        for pod in states(rs)
        if pod.node
    ]
    if all(pod.ready for pod in pods):
        return None
    if any(pod.ready for pod in pods):
        return []
    return [_NO_PODS]


def _selected(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _taken(tx: Snapshot, cluster: Cluster) -> set[str]:
    """The addresses in use, picked out inside SQLite: a cluster may have thousands of Services."""
    sql = (
        "SELECT json_extract(outputs, '$.spec.clusterIP') FROM entity "
        "WHERE cloud = ? AND type = ? AND id >= ? AND id < ?"
    )
    # "0" follows "/" in the order of characters.
    rows = tx.rows(sql, (objects.CLOUD, kinds.SERVICE.token, f"{cluster.uid}/", f"{cluster.uid}0"))
    return {address for (address,) in rows if address}


def _require_free(tx: Snapshot, cluster: Cluster, name: str, address: str) -> None:
    """Raise CloudError INVALID for an address of a new Service that is none, of another range, or taken."""
    try:
        inside = ipaddress.ip_address(address) in cluster.services_range
    except ValueError:
        problem = f'spec.clusterIPs[0]: Invalid value: "{address}": must be a valid IP address'
    else:
        if inside and address not in _taken(tx, cluster):
            return
        valid = f"the provided IP ({address}) is not in the valid range. The range of valid IPs is"
        why = "provided IP is already allocated" if inside else f"{valid} {cluster.services_range}"
        problem = f'spec.clusterIPs: Invalid value: ["{address}"]: failed to allocate IP {address}: {why}'
    raise CloudError(Reason.INVALID, f'Service "{name}" is invalid: {problem}')


def _free(network: ipaddress.IPv4Network, name: str, taken: set[str]) -> str:
    """A free address that the name decides as far as possible, so that it depends on no order. The first ten are kept
    for the cluster's own (kube-dns has the tenth)."""
    first, count = 11, network.num_addresses - 12
    start = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    for step in range(count):
        address = str(network[first + (start + step) % count])
        if address not in taken:
            return address
    raise CloudError(Reason.QUOTA, f"Internal error: failed to allocate a serviceIP: range {network} is full")
