"""How big a stack is: ranges, nodes, database, pods."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from model import names
from model.catalogue import Inert


def _cores(value: str) -> str:
    if not re.fullmatch(r"([1-9][0-9]*m|[0-9]*[1-9][0-9]*|[0-9]+\.[0-9]*[1-9][0-9]*)", value):
        raise ValueError(f"'{value}' is no number of cores|Write them as Kubernetes does: 500m or 2")
    return value


def _memory(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(Mi|Gi|Ti)", value):
        raise ValueError(f"'{value}' is no amount of memory|Write it as Kubernetes does: 512Mi or 4Gi")
    return value


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


Cores = Annotated[str, AfterValidator(_cores)]
Memory = Annotated[str, AfterValidator(_memory)]
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


class DatabaseSizes(Inert):
    """The Cloud SQL instance of an environment."""

    tier: str = Field(
        pattern=r"^db-(custom-[0-9]+-[0-9]+|f1-micro|g1-small)$",
        description="a Cloud SQL tier: db-custom-<vCPU>-<MiB of memory>",
    )
    disk_gb: int = Field(ge=10, le=65536, description="the size of the disk in GB, which grows by itself")
    regional: bool = Field(False, description="true for a standby in a second zone")
    point_in_time_recovery: bool = Field(False, description="true to keep the write-ahead log for 7 days")
    backups: bool = Field(True, description="true for a backup a day")

    @model_validator(mode="after")
    def _tier(self) -> DatabaseSizes:
        """Limits of custom tiers: https://cloud.google.com/sql/docs/postgres/instance-settings#machine-type-2ndgen"""
        custom = re.fullmatch(r"db-custom-([0-9]+)-([0-9]+)", self.tier)
        if custom:
            cores, memory = int(custom[1]), int(custom[2])
            if cores != 1 and (cores % 2 or not 2 <= cores <= 96):
                raise ValueError(f"tier '{self.tier}' has {cores} vCPU|Write 1 or an even number up to 96")
            if memory % 256 or not max(3840, 0.9 * 1024 * cores) <= memory <= 6.5 * 1024 * cores:
                raise ValueError(
                    f"tier '{self.tier}' has {memory} MiB of memory|Write a multiple of 256, 3840 at least, "
                    f"from 0.9 to 6.5 GiB per vCPU"
                )
        if self.point_in_time_recovery and not self.backups:
            raise ValueError("pointInTimeRecovery needs backups|Set backups to true")
        if self.regional and not (self.backups and self.point_in_time_recovery):
            raise ValueError("regional needs backups and pointInTimeRecovery|Set both to true")
        return self


class Size(Inert):
    """How much of one Deployment runs."""

    replicas: int = Field(ge=1, le=1000, description="how many pods; with autoscaling, the fewest")
    max_replicas: int | None = Field(None, ge=1, le=1000, description="the most pods; needed with autoscaling")
    cpu: Cores = Field(description="the cores that a pod requests, such as 500m")
    memory: Memory = Field(description="the memory that a pod requests and may use, such as 1Gi")

    @model_validator(mode="after")
    def _ordered(self) -> Size:
        if self.max_replicas is not None and self.max_replicas < self.replicas:
            raise ValueError(f"maxReplicas ({self.max_replicas}) is below replicas ({self.replicas})|Raise it")
        return self
