"""A certificate of Google's for a domain and everything one label below it, as a load balancer takes it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import certificatemanager, dns

from components.usable import usable

TTL = 300


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """`domain` without a last dot, and the name of the zone that has it."""

    domain: str
    zone: Input[str]


class Certificate(pulumi.ComponentResource):
    """Issued and renewed by Google, by a record in the domain's own zone: no load balancer has to be there first.

    It is issued minutes after it was asked for, and not before the world finds the record: the zone must be delegated.
    """

    map: Output[str]
    """The name of the certificate map, known only once it has its entries."""

    def __init__(self, name: str, args: CertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Certificate", name, None, opts)
        child = ResourceOptions(parent=self)
        authorization = certificatemanager.DnsAuthorization(name, domain=args.domain, opts=child)
        asked = authorization.dns_resource_records[0]
        proof = dns.RecordSet(
            f"{name}-authorization",
            managed_zone=args.zone,
            name=asked.name.apply(str),
            type=asked.type.apply(str),
            ttl=TTL,
            rrdatas=[asked.data.apply(str)],
            opts=child,
        )
        hosts = {"domain": args.domain, "wildcard": f"*.{args.domain}"}
        certificate = certificatemanager.Certificate(
            name,
            managed={"domains": list(hosts.values()), "dns_authorizations": [authorization.id]},
            # Asked for before the record is there, the first attempt fails, and the next one comes later.
            opts=ResourceOptions(parent=self, depends_on=[proof]),
        )
        map_ = certificatemanager.CertificateMap(name, opts=child)
        entries = [
            certificatemanager.CertificateMapEntry(
                f"{name}-{key}", map=map_.name, hostname=host, certificates=[certificate.id], opts=child
            )
            for key, host in hosts.items()
        ]
        self.map = usable(map_.name, entries)
        self.register_outputs({"map": self.map})
