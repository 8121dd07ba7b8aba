"""The address under which the internet reaches an environment, and the names that lead to it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.domain_records import domain_records


@dataclass(frozen=True, kw_only=True)
class PublicAddressArgs:
    """`domain` without a last dot, and the name of the zone that has it."""

    domain: str
    zone: Input[str]


class PublicAddress(pulumi.ComponentResource):
    """A static address for the domain and every name below it: a new host or preview needs no record."""

    name: Output[str]
    address: Output[str]

    def __init__(self, name: str, args: PublicAddressArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PublicAddress", name, None, opts)
        child = ResourceOptions(parent=self)
        address = compute.GlobalAddress(name, address_type="EXTERNAL", opts=child)
        domain_records(name, args.zone, args.domain, address.address, opts=child)
        self.name = address.name
        self.address = address.address
        self.register_outputs({"name": self.name, "address": self.address})
