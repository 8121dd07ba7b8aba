"""A node pool of a GKE cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from model.inert import Inert

FAMILIES = {
    "nvidia-tesla-p4": "n1",
    "nvidia-tesla-p100": "n1",
    "nvidia-tesla-t4": "n1",
    "nvidia-tesla-v100": "n1",
    "nvidia-l4": "g2",
    "nvidia-tesla-a100": "a2",
    "nvidia-a100-80gb": "a2",
    "nvidia-h100-80gb": "a3",
}
"""The machines that an accelerator is for: https://cloud.google.com/compute/docs/gpus"""

LabelKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
    ),
]
LabelValue = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]


class NodeGpu(Inert):
    """The graphics processors of one node, with Google's driver, signed for secure boot."""

    type: str = Field(
        pattern=r"^nvidia-[a-z0-9-]+$", description="an accelerator as GKE names it, such as nvidia-tesla-t4"
    )
    count: int = Field(1, ge=1, le=16, description="how many a node has")


class NodeTaint(Inert):
    """What keeps pods off the nodes unless they tolerate it. Nodes with a gpu get GKE's own taint beside these."""

    key: LabelKey = Field(description="a key as Kubernetes has it, such as dedicated")
    value: LabelValue = Field("", description="a value, such as batch")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        "NoSchedule", description="NoSchedule, PreferNoSchedule or NoExecute"
    )


class NodePool(Inert):
    """Nodes of one machine type. Counts are per zone: a regional cluster has three."""

    machine_type: str = Field(
        pattern=r"^[a-z][a-z0-9]*-[a-z0-9-]+$", description="a Compute Engine machine type, such as e2-standard-4"
    )
    min_nodes: int = Field(ge=0, le=1000, description="the fewest nodes per zone")
    max_nodes: int = Field(ge=1, le=1000, description="the most nodes per zone")
    disk_gb: int = Field(100, ge=20, le=65536, description="the size of a node's disk in GB")
    # The disk holds images and scratch files: balanced starts pods at a third of the price of pd-ssd.
    disk_type: Literal["pd-balanced", "pd-ssd", "pd-standard"] = Field(
        "pd-balanced", description="pd-balanced, pd-ssd or pd-standard"
    )
    # A third of the price, and Google takes the machine back with half a minute's notice.
    spot: bool = Field(False, description="true for machines that Google may take back at any time")
    gpu: NodeGpu | None = Field(None, description="graphics processors of a node: type and count")
    taints: tuple[NodeTaint, ...] = Field((), description="a list of taints: key, value and effect")

    @model_validator(mode="after")
    def _holds_together(self) -> NodePool:
        if self.min_nodes > self.max_nodes:
            raise ValueError(f"minNodes ({self.min_nodes}) exceeds maxNodes ({self.max_nodes})|Swap or raise them")
        family = FAMILIES.get(self.gpu.type) if self.gpu else None
        if self.gpu and family and not self.machine_type.startswith(f"{family}-"):
            what = f"{self.gpu.type} is for machines of the family {family}, not for {self.machine_type}"
            raise ValueError(f"{what}|Write a machineType that begins with {family}-")
        keys = [(taint.key, taint.effect) for taint in self.taints]
        if len(set(keys)) < len(keys):
            raise ValueError("two taints have the same key and effect|Take one out")
        return self
