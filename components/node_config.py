"""What the nodes of a pool are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from pulumi import Input
from pulumi_gcp import container

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Access is decided by the node account's roles, not by scopes."""

EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}


class Gpu(TypedDict):
    """An accelerator as GKE names it, and how many a node has."""

    type: str
    count: int


class Taint(TypedDict):
    """A taint as Kubernetes writes it."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class NodePoolArgs:
    """Nodes of one machine type; counts are per zone, the disk is in GB."""

    machine_type: Input[str]
    min_nodes: Input[int]
    max_nodes: Input[int]
    disk_gb: Input[int]
    disk_type: Input[str] = "pd-balanced"
    spot: bool = False
    gpu: Gpu | None = None
    taints: Sequence[Taint] = ()


@dataclass(frozen=True, kw_only=True)
class NodeIdentity:
    """What all nodes of a cluster have in common: their service account, and the key of their disks where it is not
    Google's own."""

    account: Input[str]
    disk_key: Input[str] | None


def node_config(pool: NodePoolArgs, identity: NodeIdentity) -> container.NodePoolNodeConfigArgs:
    """Nodes that boot Google's signed system only, show pods their own identity instead of the node's, and answer nobody
    who does not sign in.

    GKE adds a taint of its own to nodes with a GPU; its driver is installed by GKE, signed for secure boot.
    """
    return container.NodePoolNodeConfigArgs(
        machine_type=pool.machine_type,
        image_type="COS_CONTAINERD",
        disk_size_gb=pool.disk_gb,
        disk_type=pool.disk_type,
        boot_disk_kms_key=identity.disk_key,
        spot=pool.spot,
        service_account=identity.account,
        oauth_scopes=[SCOPE],
        metadata={"disable-legacy-endpoints": "true"},
        shielded_instance_config=container.NodePoolNodeConfigShieldedInstanceConfigArgs(
            enable_secure_boot=True, enable_integrity_monitoring=True
        ),
        workload_metadata_config=container.NodePoolNodeConfigWorkloadMetadataConfigArgs(mode="GKE_METADATA"),
        kubelet_config=container.NodePoolNodeConfigKubeletConfigArgs(insecure_kubelet_readonly_port_enabled="FALSE"),
        guest_accelerators=[_accelerator(pool.gpu)] if pool.gpu else None,
        taints=[
            container.NodePoolNodeConfigTaintArgs(
                key=taint["key"], value=taint["value"], effect=EFFECTS[taint["effect"]]
            )
            for taint in pool.taints
        ]
        or None,
    )


def _accelerator(gpu: Gpu) -> container.NodePoolNodeConfigGuestAcceleratorArgs:
    return container.NodePoolNodeConfigGuestAcceleratorArgs(
        type=gpu["type"],
        count=gpu["count"],
        gpu_driver_installation_config=container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs(
            gpu_driver_version="DEFAULT"
        ),
    )
