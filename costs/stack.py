"""All resources of a stack together: what some of them cost depends on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from costs.assumptions import Assumptions
from costs.resource import Resource

NODE_POOL = "gcp:container/nodePool:NodePool"
CLUSTER = "gcp:container/cluster:Cluster"
ZONES = 3
"""Of a region that nodes are spread over where nobody names any: GKE takes three, also where there are more."""


@dataclass(frozen=True)
class Stack:
    """`region` is where what has no place of its own is paid for."""

    name: str
    region: str
    resources: Sequence[Resource]
    assumptions: Assumptions = field(default_factory=lambda: Assumptions.model_validate({}))

    def where(self, resource: Resource) -> str:
        """The region that a resource is paid in."""
        return resource.region or self.region

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            found.setdefault(each.type, []).append(each)
        return found

    def of(self, kind: str) -> list[Resource]:
        """The resources of a type, in the stack's order."""
        return self._by_type.get(kind, [])

    def nodes(self, pool: Resource) -> tuple[float, float] | None:
        """The fewest and the most nodes of a pool, in all of its zones together. None where that is not known."""
        least, most = pool.number("autoscaling", "totalMinNodeCount"), pool.number("autoscaling", "totalMaxNodeCount")
        if most is not None:
            return (least or 0, most)
        fixed = pool.number("nodeCount")
        if pool.get("autoscaling") is None and fixed is None:
            fixed = pool.number("initialNodeCount")
        least = fixed if fixed is not None else pool.number("autoscaling", "minNodeCount")
        most = fixed if fixed is not None else pool.number("autoscaling", "maxNodeCount")
        if most is None:
            return None
        zones = self._zones(pool)
        return (min(least or 0, most) * zones, most * zones)

    @cached_property
    def all_nodes(self) -> tuple[float, float]:
        """The fewest and the most of all pools whose nodes are known."""
        found = [counts for pool in self.of(NODE_POOL) if (counts := self.nodes(pool))]
        return (sum(low for low, _ in found), sum(high for _, high in found))

    def _zones(self, pool: Resource) -> int:
        """Of a pool: those that it or its cluster names, else one, or three where it is a region's."""
        of_cluster = [each.items("nodeLocations") for each in self.of(CLUSTER)]
        named = pool.items("nodeLocations") or next(iter(of_cluster), [])
        location = pool.text("location")
        zonal = location.count("-") == 2
        return len({*named, *([location] if zonal else [])}) if named else 1 if zonal else ZONES
