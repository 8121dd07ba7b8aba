"""The GKE cluster of an environment and its node pools."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.inert import Inert


class NodePool(Inert):
    """Nodes of one machine type. Counts are per zone: a regional cluster has three."""

    machine_type: str = Field(
        pattern=r"^[a-z][a-z0-9]*-[a-z0-9-]+$", description="a Compute Engine machine type, such as e2-standard-4"
    )
    min_nodes: int = Field(ge=0, le=1000, description="the fewest nodes per zone")
    max_nodes: int = Field(ge=1, le=1000, description="the most nodes per zone")
    disk_gb: int = Field(100, ge=20, le=65536, description="the size of a node's disk in GB")
    spot: bool = Field(False, description="true for machines that Google may take back at any time")

    @model_validator(mode="after")
    def _ordered(self) -> NodePool:
        if self.min_nodes > self.max_nodes:
            raise ValueError(f"minNodes ({self.min_nodes}) exceeds maxNodes ({self.max_nodes})|Swap or raise them")
        return self


def _pool_name(value: str) -> str:
    # GKE allows 40 characters: `cluster-`, this name, a hyphen and the 7 digits that Pulumi adds.
    return names.label(value, "a node pool", limit=24)


class ClusterSizes(Inert):
    """The GKE cluster of an environment."""

    location: str = Field(
        pattern=r"^[a-z]+-[a-z]+[0-9]+(-[a-f])?$",
        description="a region (nodes in three zones, control plane highly available) or a zone",
    )
    release_channel: Literal["RAPID", "REGULAR", "STABLE"] = Field(
        "REGULAR", description="RAPID, REGULAR or STABLE: how soon the cluster takes new Kubernetes versions"
    )
    node_pools: dict[Annotated[str, AfterValidator(_pool_name)], NodePool] = Field(
        min_length=1, description="a map of node pools"
    )
