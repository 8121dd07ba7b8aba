"""The names that lead to an address: a domain, and every name one label below it."""

from __future__ import annotations

from pulumi import Input, ResourceOptions
from pulumi_gcp import dns

TTL = 300


def domain_records(
    name: str, zone: Input[str], domain: str, address: Input[str], opts: ResourceOptions
) -> list[dns.RecordSet]:
    """`zone` is the name of the zone that has the domain, `domain` is without a last dot."""
    return [
        dns.RecordSet(
            f"{name}-{key}", managed_zone=zone, name=f"{host}.", type="A", ttl=TTL, rrdatas=[address], opts=opts
        )
        for key, host in {"domain": domain, "wildcard": f"*.{domain}"}.items()
    ]
