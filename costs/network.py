"""NAT, addresses and what the network logs: https://cloud.google.com/vpc/network-pricing, https://cloud.google.com/nat/pricing"""

from __future__ import annotations

from math import ceil

from costs.resource import Resource
from costs.said import Free, Said, Use, hours
from costs.stack import Stack

MOST_MACHINES = 32
"""A NAT of more machines costs no more."""
PORTS = 64512
"""Of one address."""


def of_nat(nat: Resource, stack: Stack) -> list[Said]:
    """The gateway by the nodes that it serves, and the addresses that it takes for them."""
    low, high = stack.all_nodes
    ports = nat.number("maxPortsPerVm") or nat.number("minPortsPerVm") or 64
    said: list[Said] = [
        hours("nat-machine", "nodes that the NAT serves", min(low, MOST_MACHINES), min(high, MOST_MACHINES)),
        hours("address", "addresses of the NAT", min(low, 1), ceil(high * ports / PORTS)),
        Use("nat-data", "what goes through the NAT"),
    ]
    if nat.get("logConfig", "enable") is True:
        said.append(Use("network-logs", "what the NAT logs"))
    return said


def of_address(address: Resource, stack: Stack) -> list[Said]:
    """Outward addresses cost something only where no load balancer answers at them, which is not how they are used here."""
    if address.text("addressType") == "INTERNAL":
        return [Free("internal addresses cost nothing")]
    return [Free("an address that a load balancer has costs nothing")]


def of_subnetwork(subnetwork: Resource, stack: Stack) -> list[Said]:
    """Only what is logged of its flows."""
    if subnetwork.get("logConfig") is None:
        return [Free("a network without flow logs costs nothing")]
    return [Use("network-logs", "flow logs")]


def of_firewall(rule: Resource, stack: Stack) -> list[Said]:
    """Only what it logs."""
    if rule.get("logConfig") is None:
        return [Free("a rule that logs nothing costs nothing")]
    return [Use("network-logs", "what firewall rules log")]
