"""A Kubernetes NetworkPolicy: who may reach pods, and whom they may reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import meta, networking

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""What no public address is in: RFC 1918, RFC 6598 and link-local ones."""

NAME_LABEL = "app.kubernetes.io/name"
"""By which policies know pods."""

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Which every namespace has by itself."""

POSTGRES_PORTS = (5432, 3307)
"""PostgreSQL's own, and that of Cloud SQL's connectors (https://cloud.google.com/sql/docs/postgres/connect-connectors)."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Pods with these labels (all, where there are none) in this namespace or in all that bear these labels (their own,
    where it is left out), or with `cidr` addresses of that range, less those of `without`."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: Input[str] | Mapping[str, str] | None = None
    cidr: Input[str] | None = None
    without: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What is let through: TCP, and with `udp` UDP too, on these ports (all, where there are none), between the pods and
    any of the peers."""

    peers: Sequence[Peer]
    ports: Sequence[int]
    udp: bool = False


@dataclass(frozen=True, kw_only=True)
class NetworkPolicyArgs:
    """`pods` are labels, none of them for all pods of the namespace. What no policy opens is closed both ways."""

    namespace: Input[str]
    pods: Mapping[str, str]
    ingress: Sequence[Opening] = ()
    egress: Sequence[Opening] = ()


def network_policy(name: str, args: NetworkPolicyArgs, opts: ResourceOptions) -> networking.v1.NetworkPolicy:
    """Openings for pods, in both directions. Dataplane V2 enforces it; probes of the kubelet always pass."""
    return networking.v1.NetworkPolicy(
        name,
        metadata=meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace),
        spec=networking.v1.NetworkPolicySpecArgs(
            pod_selector=_selector(args.pods),
            policy_types=["Ingress", "Egress"],
            ingress=[
                networking.v1.NetworkPolicyIngressRuleArgs(from_=_peers(it), ports=_ports(it)) for it in args.ingress
            ],
            egress=[networking.v1.NetworkPolicyEgressRuleArgs(to=_peers(it), ports=_ports(it)) for it in args.egress],
        ),
        opts=opts,
    )


def public(ports: Sequence[int]) -> Opening:
    """Public addresses on these ports.

    Google's APIs are among them: their ranges change weekly, and plain policies know no names (FQDNNetworkPolicy, which
    does, is Dataplane V2's own and off in a cluster until it is asked for). What a stolen token could do with them is IAM's
    to limit.
    """
    return Opening(peers=[Peer(cidr="0.0.0.0/0", without=PRIVATE)], ports=ports)


def address(host: Input[str], ports: Sequence[int]) -> Opening:
    """One address, such as a database's."""
    return Opening(peers=[Peer(cidr=Output.concat(host, "/32"))], ports=ports)


def _selector(labels: Mapping[str, Input[str]]) -> meta.v1.LabelSelectorArgs:
    return meta.v1.LabelSelectorArgs(match_labels=dict(labels)) if labels else meta.v1.LabelSelectorArgs()


def _namespaces(namespace: Input[str] | Mapping[str, str]) -> meta.v1.LabelSelectorArgs:
    return _selector(namespace if isinstance(namespace, Mapping) else {NAMESPACE_LABEL: namespace})


def _peers(opening: Opening) -> list[networking.v1.NetworkPolicyPeerArgs]:
    return [
        networking.v1.NetworkPolicyPeerArgs(
            ip_block=networking.v1.IPBlockArgs(cidr=peer.cidr, except_=list(peer.without) or None)
        )
        if peer.cidr is not None
        else networking.v1.NetworkPolicyPeerArgs(
            pod_selector=_selector(peer.labels),
            namespace_selector=_namespaces(peer.namespace) if peer.namespace is not None else None,
        )
        for peer in opening.peers
    ]


def _ports(opening: Opening) -> list[networking.v1.NetworkPolicyPortArgs]:
    protocols = ("TCP", "UDP") if opening.udp else ("TCP",)
    return [
        networking.v1.NetworkPolicyPortArgs(port=port, protocol=protocol)
        for port in opening.ports
        for protocol in protocols
    ]
