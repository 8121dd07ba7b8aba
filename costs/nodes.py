"""Node pools: the machines are what a cluster costs; its pods cost nothing beside them.

https://cloud.google.com/kubernetes-engine/pricing
"""

from __future__ import annotations

from costs import machine
from costs.resource import Resource
from costs.said import Line, Said, unclear
from costs.stack import Stack

IN_MACHINE = ("g2-", "a2-", "a3-")
"""Families whose price has the graphics processors in it."""
DISK, DISK_GIB = "pd-balanced", 100.0
"""What GKE takes where nothing is said."""


def of_pool(pool: Resource, stack: Stack) -> list[Said]:
    """Machines, their disks and their graphics processors, from the fewest nodes to the most."""
    counts = stack.nodes(pool)
    if counts is None:
        return [unclear("how many nodes there may be")]
    low, high = counts
    kind, spot = pool.text("nodeConfig", "machineType"), pool.get("nodeConfig", "spot") is True
    said = machine.lines(kind, spot, low, high)
    gib = pool.number("nodeConfig", "diskSizeGb")
    size = DISK_GIB if gib is None else gib
    said.append(Line(pool.text("nodeConfig", "diskType") or DISK, "disks of nodes", low * size, high * size))
    for each in pool.items("nodeConfig", "guestAccelerators"):
        one = Resource(pool.urn, pool.type, each if isinstance(each, dict) else {})
        if not kind.startswith(IN_MACHINE):
            count = one.number("count") or 1
            said.append(machine.processors(one.text("type"), spot, low * count, high * count))
    return said
