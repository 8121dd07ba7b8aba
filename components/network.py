"""The VPC of an environment: one subnetwork for nodes, egress through NAT, and a way to Google's managed services."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import compute, servicenetworking

from components.usable import usable

PODS = "pods"
SERVICES = "services"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """The ranges must not overlap. `flow_logs` is the part of connections that is logged, 0 to 1."""

    region: Input[str]
    nodes: IPv4Network
    pods: IPv4Network
    services: IPv4Network
    private_services: IPv4Network
    flow_logs: float = 0


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
            ip_cidr_range=str(args.nodes),
            private_ip_google_access=True,
            secondary_ip_ranges=[
                {"range_name": PODS, "ip_cidr_range": str(args.pods)},
                {"range_name": SERVICES, "ip_cidr_range": str(args.services)},
            ],
            log_config=compute.SubnetworkLogConfigArgs(
                flow_sampling=args.flow_logs,
                # Who spoke with whom is wanted, not each second's bytes; a longer interval is fewer entries to pay for.
                aggregation_interval="INTERVAL_10_MIN",
            )
            if args.flow_logs
            else None,
            opts=child,
        )
        router = compute.Router(f"{name}-router", network=network.id, region=args.region, opts=child)
        compute.RouterNat(
            f"{name}-nat",
            router=router.name,
            region=args.region,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            # All pods of a node share its ports, and the usual 64 are few for a hundred pods that call the same API. A
            # node that needs more gets them, up to an eighth of an address's 64,512.
            enable_dynamic_port_allocation=True,
            enable_endpoint_independent_mapping=False,
            min_ports_per_vm=64,
            max_ports_per_vm=8192,
            # Connections that found no port, which is the only sign of that.
            log_config={"enable": True, "filter": "ERRORS_ONLY"},
            opts=child,
        )

        peering_range = compute.GlobalAddress(
            f"{name}-private-services",
            network=network.id,
            purpose="VPC_PEERING",
            address_type="INTERNAL",
            address=str(args.private_services.network_address),
            prefix_length=args.private_services.prefixlen,
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
