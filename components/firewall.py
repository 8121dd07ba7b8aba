"""What may reach the machines of an environment's network."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import compute

PROBES = ("35.191.0.0/16", "130.211.0.0/22")
"""Where Google's load balancers and their health checks come from.

https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges
"""
LAST = 65534
"""The last priority that a rule of one's own can have before those that every network ends with."""


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """`nodes` is the address of the nodes' service account, by which a rule knows them: a tag could be put on any
    machine by whoever may edit it."""

    network: Input[str]
    nodes: Input[str]


class Firewall(pulumi.ComponentResource):
    """Load balancers reach the nodes' pods, nothing else enters, and what tried to is on record.

    GKE adds what its own cluster needs (nodes among each other, pods to nodes, the agents through which the control
    plane reaches pods) with rules of its own, at priority 1000. What leaves is decided pod by pod, by NetworkPolicies.
    """

    def __init__(self, name: str, args: FirewallArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Firewall", name, None, opts)
        child = ResourceOptions(parent=self)

        compute.Firewall(
            f"{name}-load-balancers",
            network=args.network,
            direction="INGRESS",
            allows=[{"protocol": "tcp"}],
            source_ranges=list(PROBES),
            target_service_accounts=[args.nodes],
            opts=child,
        )
        compute.Firewall(
            f"{name}-rest",
            network=args.network,
            direction="INGRESS",
            priority=LAST,
            denies=[{"protocol": "all"}],
            source_ranges=["0.0.0.0/0"],
            log_config={"metadata": "EXCLUDE_ALL_METADATA"},
            opts=child,
        )
        self.register_outputs({})
