"""The network of an environment."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from model.inert import Inert
from model.ranges import LARGEST, SMALLEST, Ranges, ranges

PRIVATE = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
"""The private ranges that a subnetwork may have: https://cloud.google.com/vpc/docs/subnets#valid-ranges"""


def _block(value: str) -> str:
    try:
        network = IPv4Network(value)
    except ValueError as error:
        raise ValueError(
            f"'{value}' is not a network ({error})|Write a private IPv4 range, such as 10.8.0.0/13"
        ) from None
    if not any(network.subnet_of(private) for private in PRIVATE):
        raise ValueError(f"'{value}' is not a private range|Write one within {', '.join(map(str, PRIVATE))}")
    if not LARGEST <= network.prefixlen <= SMALLEST:
        size = "large" if network.prefixlen < LARGEST else "small"
        raise ValueError(f"'{value}' is too {size}|Write a range between /{LARGEST} and /{SMALLEST}")
    return value


class NetworkSizes(Inert):
    """One block of private addresses, from which the ranges of nodes, pods, Services and managed services follow."""

    range: Annotated[str, AfterValidator(_block)] = Field(
        description="a block of private IPv4 addresses for all that is in the network, such as 10.8.0.0/13; "
        "no other network that this one is ever joined with may use it"
    )
    # Half a dollar a GB of logs: https://cloud.google.com/vpc/network-pricing#network-telemetry
    flow_logs: Annotated[float, Field(gt=0, le=1)] | Literal[False] = Field(
        False, description="which part of the network's connections is logged, such as 0.5; false for none"
    )

    @property
    def ranges(self) -> Ranges:
        """What each part of the network gets of the block."""
        return ranges(IPv4Network(self.range))
