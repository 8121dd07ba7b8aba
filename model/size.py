"""How much of a Deployment runs."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from model.inert import Inert


def _cores(value: str) -> str:
    if not re.fullmatch(r"([1-9][0-9]*m|[0-9]*[1-9][0-9]*|[0-9]+\.[0-9]*[1-9][0-9]*)", value):
        raise ValueError(f"'{value}' is no number of cores|Write them as Kubernetes does: 500m or 2")
    return value


def _memory(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(Mi|Gi|Ti)", value):
        raise ValueError(f"'{value}' is no amount of memory|Write it as Kubernetes does: 512Mi or 4Gi")
    return value


Cores = Annotated[str, AfterValidator(_cores)]
Memory = Annotated[str, AfterValidator(_memory)]


class Size(Inert):
    """How much of one Deployment runs."""

    replicas: int = Field(
        ge=0,
        le=1000,
        description="how many pods; with autoscaling, the fewest. 0 on Cloud Run only, whose instances it is",
    )
    max_replicas: int | None = Field(
        None, ge=1, le=1000, description="the most pods; needed with autoscaling and on Cloud Run"
    )
    cpu: Cores = Field(description="the cores that a pod requests, such as 500m")
    memory: Memory = Field(description="the memory that a pod requests and may use, such as 1Gi")
    # A statement takes milliseconds: five at a time keep a pod of a core or two busy, and all pods of a large environment still
    # fit into what PostgreSQL takes, which gives each connection a process of its own.
    connections: int = Field(
        5,
        ge=1,
        le=1000,
        description="how many connections a pod may hold to its database, told it as DATABASE_CONNECTIONS; an environment whose "
        "pods could open more than its instance takes is refused",
    )

    @property
    def cores(self) -> float:
        """The cores as a number."""
        return float(self.cpu.removesuffix("m")) / (1000 if self.cpu.endswith("m") else 1)

    @property
    def gibibytes(self) -> float:
        """The memory in GiB."""
        return float(self.memory[:-2]) * {"Mi": 1 / 1024, "Gi": 1, "Ti": 1024}[self.memory[-2:]]

    @model_validator(mode="after")
    def _ordered(self) -> Size:
        if self.max_replicas is not None and self.max_replicas < self.replicas:
            raise ValueError(f"maxReplicas ({self.max_replicas}) is below replicas ({self.replicas})|Raise it")
        return self
