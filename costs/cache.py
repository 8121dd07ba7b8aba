"""Memorystore for Redis, by its capacity and tier: https://cloud.google.com/memorystore/docs/redis/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Said, Unknown, hours, unclear
from costs.stack import Stack

_UP_TO = ((4, "m1"), (10, "m2"), (35, "m3"), (100, "m4"), (300, "m5"))
"""GiB of an instance, and how Google calls those of up to that."""


def of_instance(instance: Resource, stack: Stack) -> list[Said]:
    """Its memory, all month; the tier's price has the replica in it, but not replicas to read from."""
    gib = instance.number("memorySizeGb")
    if gib is None:
        return [unclear("the size of the memory")]
    if (instance.number("replicaCount") or 1) > 1 or gib > _UP_TO[-1][0]:
        return [Unknown("replicas to read from, and more than 300 GiB, have no price")]
    tier = "standard" if instance.text("tier") == "STANDARD_HA" else "basic"
    capacity = next(name for most, name in _UP_TO if gib <= most)
    return [hours(f"redis-{tier}-{capacity}", f"memory of the instance, {tier}", gib)]
