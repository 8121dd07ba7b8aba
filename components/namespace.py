"""A Kubernetes namespace whose pods are held to the restricted pod-security standard and closed to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import core

from components.network_policy import NetworkPolicyArgs, Opening, Peer, network_policy
from components.usable import usable

DNS = Opening(
    # kube-dns, the cache of it on each node, or Cloud DNS, which answers at the metadata server's address.
    peers=[
        Peer(labels={"k8s-app": "kube-dns"}, namespace="kube-system"),
        Peer(labels={"k8s-app": "node-local-dns"}, namespace="kube-system"),
        Peer(cidr="169.254.20.10/32"),
        Peer(cidr="169.254.169.254/32"),
    ],
    ports=[53],
    udp=True,
)
"""https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache, .../how-to/cloud-dns"""

METADATA_SERVER = Opening(peers=[Peer(cidr="169.254.169.254/32")], ports=[80])
"""Whom pods prove their identity to, as Dataplane V2 sees it:
https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity"""

STANDARD = "restricted"


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """`namespace` is the physical name; `labels` are what others know it by."""

    namespace: Input[str]
    labels: Mapping[str, str] = field(default_factory=dict)


class Namespace(pulumi.ComponentResource):
    """A namespace; https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""

    name: Output[str]
    """Known only once the policy is there that closes the namespace: no pod starts before it."""

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Namespace", name, None, opts)
        namespace = core.v1.Namespace(
            name,
            metadata={
                "name": args.namespace,
                "labels": {
                    **{f"pod-security.kubernetes.io/{mode}": STANDARD for mode in ("enforce", "audit", "warn")},
                    **args.labels,
                },
            },
            opts=ResourceOptions(parent=self),
        )
        closed = network_policy(
            f"{name}-closed",
            NetworkPolicyArgs(namespace=namespace.metadata.name, pods={}, egress=[DNS, METADATA_SERVER]),
            opts=ResourceOptions(parent=self),
        )
        self.name = usable(namespace.metadata.name, [closed])
        self.register_outputs({"name": self.name})
