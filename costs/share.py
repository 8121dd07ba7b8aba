"""What pods cost that run on somebody else's nodes: the cores and the memory that they ask for, at the price of those nodes.

Disks of the nodes, and what no pod has asked for, remain with whom the nodes are.
"""

from __future__ import annotations

from costs import machine
from costs.said import Said, Unknown, hours

PODS = "pods"
"""The component that they stand in, since no resource is theirs."""


def of_pods(cores: float, gib: float, machine_type: str, spot: bool) -> list[Said]:
    """From none, while they sleep, to all of them at all hours."""
    rates = machine.of(machine_type)
    if rates is None:
        return [Unknown(f"a share of machines of the type {machine_type} has no price")]
    family = rates[0] + ("-spot" if spot else "")
    return [
        hours(f"{family}-core", "cores that pods ask for", 0, cores),
        hours(f"{family}-gib", "memory that pods ask for", 0, gib),
    ]
