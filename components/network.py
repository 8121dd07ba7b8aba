"""The VPC of an environment: one subnetwork for nodes, egress through NAT, and a way to Google's managed services."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import compute, servicenetworking

from components.usable import usable

PODS = "pods"
SERVICES = "services"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Ranges are IPv4 in CIDR form and must not overlap."""

    region: Input[str]
    nodes: str
    pods: str
    services: str
    private_services: str


class Network(pulumi.ComponentResource):
    """A custom-mode VPC: nodes have no public address, and managed services are reached by private address."""

    id: Output[str]
    subnetwork: Output[str]
    private_services: Output[str]
    """The network's id, known only once managed services can be given an address in it."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Network", name, None, opts)
        child = ResourceOptions(parent=self)

        network = compute.Network(name, auto_create_subnetworks=False, opts=child)
        subnetwork = compute.Subnetwork(
            f"{name}-nodes",
            network=network.id,
            region=args.region,
            ip_cidr_range=args.nodes,
            private_ip_google_access=True,
            secondary_ip_ranges=[
                {"range_name": PODS, "ip_cidr_range": args.pods},
                {"range_name": SERVICES, "ip_cidr_range": args.services},
            ],
            opts=child,
        )
        router = compute.Router(f"{name}-router", network=network.id, region=args.region, opts=child)
        compute.RouterNat(
            f"{name}-nat",
            router=router.name,
            region=args.region,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            opts=child,
        )

        reserved = ipaddress.IPv4Network(args.private_services)
        peering_range = compute.GlobalAddress(
            f"{name}-private-services",
            network=network.id,
            purpose="VPC_PEERING",
            address_type="INTERNAL",
            address=str(reserved.network_address),
            prefix_length=reserved.prefixlen,
            opts=child,
        )
        connection = servicenetworking.Connection(
            f"{name}-private-services",
            network=network.id,
            service="servicenetworking.googleapis.com",
            reserved_peering_ranges=[peering_range.name],
            opts=child,
        )

        self.id = network.id
        self.subnetwork = subnetwork.id
        self.private_services = usable(network.id, [connection])
        self.register_outputs({"id": self.id, "subnetwork": self.subnetwork, "privateServices": self.private_services})
