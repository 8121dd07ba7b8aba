"""The GKE cluster of an environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.inert import Inert
from model.node_pool import NodePool

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _pool_name(value: str) -> str:
    # GKE allows 40 characters: `cluster-`, this name, a hyphen and the 7 digits that Pulumi adds.
    return names.label(value, "a node pool", limit=24)


class ClusterMaintenance(Inert):
    """When GKE may upgrade the control plane and, node after node, the pools."""

    # Nights on the west coast of America before working days, so that whoever comes in sees what came of it.
    days: tuple[Day, ...] = Field(
        ("tuesday", "wednesday", "thursday"), min_length=1, description="a list of days, monday to sunday, in UTC"
    )
    hour: int = Field(10, ge=0, le=23, description="the hour in UTC when it begins, 0 to 23")
    hours: int = Field(4, ge=4, le=24, description="how many hours it lasts, 4 at least")

    @model_validator(mode="after")
    def _enough(self) -> ClusterMaintenance:
        if len(set(self.days)) < len(self.days):
            raise ValueError("a day stands twice|Take one out")
        # GKE wants 48 hours in any 32 days, in which each day of the week comes four times at least.
        if (hours := 4 * len(self.days) * self.hours) < 48:
            raise ValueError(f"{hours} hours in 32 days are too few for GKE|Give it 48: days times hours at least 12")
        return self


class ClusterSizes(Inert):
    """The GKE cluster of an environment."""

    location: str = Field(
        pattern=r"^[a-z]+-[a-z]+[0-9]+(-[a-f])?$",
        description="a region (nodes in three zones, control plane highly available) or a zone",
    )
    release_channel: Literal["RAPID", "REGULAR", "STABLE"] = Field(
        "REGULAR", description="RAPID, REGULAR or STABLE: how soon the cluster takes new Kubernetes versions"
    )
    maintenance: ClusterMaintenance = Field(
        default_factory=lambda: ClusterMaintenance.model_validate({}),
        description="when GKE may upgrade it: days, hour and hours",
    )
    node_pools: dict[Annotated[str, AfterValidator(_pool_name)], NodePool] = Field(
        min_length=1, description="a map of node pools"
    )

    @property
    def most_nodes(self) -> int:
        """All that the pools may have at once: a zone's most in each zone, and one more a pool while it is upgraded."""
        zones = 3 if self.location.count("-") == 1 else 1
        return sum(pool.max_nodes * zones + 1 for pool in self.node_pools.values())
