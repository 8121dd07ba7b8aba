"""The address under which an environment's own network reaches it, and the names that lead to it there."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.dns_zone import DnsZone, DnsZoneArgs
from components.domain_records import domain_records
from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class InternalAddressArgs:
    """`domain` without a last dot; `network` and `subnetwork` are ids."""

    domain: str
    region: Input[str]
    network: Input[str]
    subnetwork: Input[str]


class InternalAddress(pulumi.ComponentResource):
    """A static address of the subnetwork, and a zone that only the network sees."""

    address: Output[str]
    """Known only once the names lead to it."""

    def __init__(self, name: str, args: InternalAddressArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:InternalAddress", name, None, opts)
        child = ResourceOptions(parent=self)
        address = compute.Address(
            name,
            address_type="INTERNAL",
            # Google's load balancers within a network have addresses of this kind only.
            purpose="GCE_ENDPOINT",
            region=args.region,
            subnetwork=args.subnetwork,
            opts=child,
        )
        # Whatever it answers is made again with the network: nothing outside knows of it.
        zone = DnsZone(name, DnsZoneArgs(domain=args.domain, network=args.network, protect=False), opts=child)
        records = domain_records(name, zone.zone, args.domain, address.address, opts=child)
        self.address = usable(address.address, records)
        self.register_outputs({"address": self.address})
