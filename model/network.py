"""The ranges of an environment's network."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from model.inert import Inert

PRIVATE = tuple(
    ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""The private ranges that a subnetwork may have: https://cloud.google.com/vpc/docs/subnets#valid-ranges"""


def _network(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(
            f"'{value}' is not a network ({error})|Write a private IPv4 range, such as 10.10.0.0/20"
        ) from None
    if not any(network.subnet_of(private) for private in PRIVATE):
        raise ValueError(f"'{value}' is not a private range|Write one within {', '.join(map(str, PRIVATE))}")
    return value


Range = Annotated[str, AfterValidator(_network)]

SMALLEST = {"nodes": 29, "pods": 24, "services": 28, "private_services": 24}
"""The longest prefix of each range: a subnetwork's (VPC), one node's pods and the Services' (GKE), and what Google's
managed services take at least (https://cloud.google.com/vpc/docs/configure-private-services-access#allocating-range)."""


class NetworkSizes(Inert):
    """The ranges of an environment's network. They must not overlap."""

    nodes: Range = Field(description="a private IPv4 range for nodes, such as 10.10.0.0/20")
    pods: Range = Field(description="a private IPv4 range for pods, such as 10.12.0.0/14")
    services: Range = Field(description="a private IPv4 range for Services, such as 10.10.16.0/20")
    private_services: Range = Field(
        description="a private IPv4 range for Google's managed services, such as 10.11.0.0/16"
    )

    @model_validator(mode="after")
    def _apart(self) -> NetworkSizes:
        ranges = [(to_camel(field), ipaddress.IPv4Network(getattr(self, field))) for field in type(self).model_fields]
        for (name, network), longest in zip(ranges, SMALLEST.values(), strict=True):
            if network.prefixlen > longest:
                raise ValueError(f"{name} ({network}) is too small|Write a range of /{longest} or larger")
        for position, (name, network) in enumerate(ranges):
            for other, taken in ranges[position + 1 :]:
                if network.overlaps(taken):
                    raise ValueError(f"{name} ({network}) and {other} ({taken}) overlap|Write ranges that do not")
        return self
