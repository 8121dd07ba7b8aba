"""How one block of private addresses becomes the ranges of an environment's network."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

PODS_PER_NODE = 110
"""GKE's default. A node gets addresses for twice as many, so that none is used again at once: a /24.

https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing
"""
NODE_PREFIX = 24
RESERVED = 4
"""Addresses of a subnetwork that no node can have: https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet"""
LARGEST, SMALLEST = 8, 20
"""Prefixes of a block: from all of 10.0.0.0 down to where managed services get two /24, and nodes and Services a /27.

Cloud SQL takes a /24 for itself, and every other managed service its own part of the range:
https://cloud.google.com/sql/docs/postgres/private-ip#allocated_ip_address_ranges
"""


@dataclass(frozen=True)
class Ranges:
    """The ranges of one network. None overlaps another."""

    nodes: IPv4Network
    pods: IPv4Network
    services: IPv4Network
    private_services: IPv4Network

    @property
    def most_nodes(self) -> int:
        """How many nodes a cluster can have: each takes one address of the nodes' range and a /24 of the pods'."""
        return min(self.nodes.num_addresses - RESERVED, 2 ** (NODE_PREFIX - self.pods.prefixlen))


def ranges(block: IPv4Network) -> Ranges:
    """The upper half is for pods, which need most by far; of the lower half the upper quarter is for managed services and
    the one below it for nodes and Services, a sixteenth of it each. The lowest quarter of the block stays free, for what
    comes later (a range cannot be moved, only added)."""
    lower, pods = block.subnets(prefixlen_diff=1)
    _, _, shared, managed = lower.subnets(prefixlen_diff=2)
    nodes, services, *_ = shared.subnets(prefixlen_diff=4)
    return Ranges(nodes, pods, services, managed)
