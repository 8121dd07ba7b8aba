"""The two ways into an environment: from the internet, through Google's load balancer, and from within its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions

from components.armor import Armor
from components.certificate import Certificate, CertificateArgs
from components.dns_zone import DnsZone, DnsZoneArgs
from components.internal_address import InternalAddress, InternalAddressArgs
from components.kong import Kong, KongArgs
from components.load_balancer import SOURCES, LoadBalancer, LoadBalancerArgs
from components.namespace import Namespace, NamespaceArgs
from components.network_policy import PRIVATE, Peer
from components.public_address import PublicAddress, PublicAddressArgs

INTERNET, OUTPOST = "internet", "outpost"


@dataclass(frozen=True, kw_only=True)
class KongSize:
    """Images by digest, and how much of them runs for each way in."""

    proxy: Input[str]
    controller: Input[str]
    cpu: Input[str]
    memory: Input[str]
    replicas: int
    max_replicas: int | None
    disruption_budget: bool


@dataclass(frozen=True, kw_only=True)
class GatewaysArgs:
    """`names` maps internet and outpost to what is called so; `routes` are labels of the namespaces whose routes are taken.

    `domain` is the internet's, `internal_domain` the network's; `network` and `subnetwork` are ids. Without `kong` there is
    all but what runs in the cluster: names, certificate and addresses, which take longest.
    """

    project: Input[str]
    region: Input[str]
    network: Input[str]
    subnetwork: Input[str]
    namespace: str
    names: Mapping[str, str]
    routes: Mapping[str, str]
    domain: str
    internal_domain: str
    armor: bool
    groups: Sequence[str]
    log_share: float
    kong: KongSize | None
    protect: bool


class Gateways(pulumi.ComponentResource):
    """Addresses, names and certificate; then Kong for each way in, and the load balancer in front of the internet's."""

    name_servers: Output[Sequence[str]]
    """Which the domain's parent must delegate to."""

    address: Output[str]

    def __init__(self, name: str, args: GatewaysArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Gateways", name, None, opts)
        child = ResourceOptions(parent=self)
        zone = DnsZone(name, DnsZoneArgs(domain=args.domain, protect=args.protect), opts=child)
        certificate = Certificate(name, CertificateArgs(domain=args.domain, zone=zone.zone), opts=child)
        public = PublicAddress(name, PublicAddressArgs(domain=args.domain, zone=zone.zone), opts=child)
        internal = InternalAddress(
            f"{name}-internal",
            InternalAddressArgs(
                domain=args.internal_domain, region=args.region, network=args.network, subnetwork=args.subnetwork
            ),
            opts=child,
        )
        armor = Armor(name, opts=child) if args.armor else None
        self.name_servers = zone.name_servers
        self.address = public.address
        self.register_outputs({"nameServers": self.name_servers, "address": self.address})
        if not args.kong:
            return

        namespace = Namespace(name, NamespaceArgs(namespace=args.namespace), opts=child)

        def kong(
            gateway: str,
            sources: Sequence[Peer],
            trusted: Sequence[Input[str]] = (),
            address: Input[str] | None = None,
        ) -> Kong:
            assert args.kong
            return Kong(
                args.names[gateway],
                KongArgs(
                    namespace=namespace.name,
                    routes=args.routes,
                    sources=sources,
                    trusted=trusted,
                    address=address,
                    **vars(args.kong),
                ),
                opts=child,
            )

        # The load balancer notes its own address as the last one that a request came through.
        front = kong(INTERNET, [Peer(cidr=source) for source in SOURCES], trusted=[*SOURCES, public.address])
        # Pods are no addresses to Dataplane V2: those that may have routes may use them, and so may the network's machines.
        inside = [Peer(namespace=args.routes), *(Peer(cidr=private) for private in PRIVATE)]
        kong(OUTPOST, inside, address=internal.address)
        LoadBalancer(
            INTERNET,
            LoadBalancerArgs(
                project=args.project,
                namespace=namespace.name,
                service=front.service,
                address=public.name,
                certificates=certificate.map,
                armor=armor.name if armor else None,
                groups=args.groups,
                log_share=args.log_share,
            ),
            opts=child,
        )
