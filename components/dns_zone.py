"""A zone of Cloud DNS, and the subdomains that it hands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import dns

DELEGATION_TTL = 3600
"""Seconds: name servers hardly ever change; an hour is what a mistake costs."""


@dataclass(frozen=True, kw_only=True)
class DelegationArgs:
    """Where a subdomain's zone is, and the DS records that vouch for its keys."""

    name_servers: Sequence[str]
    ds: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class DnsZoneArgs:
    """`domain` without a last dot. With `network`, an id, the zone answers there and nowhere else. `delegations` maps a
    label of the domain to the zone that has it."""

    domain: str
    network: Input[str] | None = None
    delegations: Mapping[str, DelegationArgs] = field(default_factory=dict)
    protect: bool


class DnsZone(pulumi.ComponentResource):
    """A zone, signed where the world sees it. The signature counts once the parent has the DS record of its key."""

    zone: Output[str]
    name_servers: Output[Sequence[str]]

    def __init__(self, name: str, args: DnsZoneArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DnsZone", name, None, opts)
        zone = dns.ManagedZone(
            name,
            dns_name=f"{args.domain}.",
            visibility="private" if args.network else "public",
            private_visibility_config=_seen_from(args.network) if args.network else None,
            # NSEC3 does not list the zone to whoever walks it.
            dnssec_config=None if args.network else dns.ManagedZoneDnssecConfigArgs(state="on", non_existence="nsec3"),
            # Another zone has other name servers, which the parent would not know.
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        for label, delegation in args.delegations.items():
            for type_, data in (("NS", delegation.name_servers), ("DS", delegation.ds)):
                if data:
                    dns.RecordSet(
                        f"{name}-{label}-{type_.lower()}",
                        managed_zone=zone.name,
                        name=f"{label}.{args.domain}.",
                        type=type_,
                        ttl=DELEGATION_TTL,
                        rrdatas=list(data),
                        opts=ResourceOptions(parent=self),
                    )
        self.zone = zone.name
        self.name_servers = zone.name_servers
        self.register_outputs({"zone": self.zone, "nameServers": self.name_servers})


def _seen_from(network: Input[str]) -> dns.ManagedZonePrivateVisibilityConfigArgs:
    seen = dns.ManagedZonePrivateVisibilityConfigNetworkArgs(network_url=network)
    return dns.ManagedZonePrivateVisibilityConfigArgs(networks=[seen])
