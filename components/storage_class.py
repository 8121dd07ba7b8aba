"""The kind of disk that pods get."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import meta, storage

DISK_CLASS = "disks"
"""One name in every cluster, so that pods need not know whose key encrypts their disks."""


@dataclass(frozen=True, kw_only=True)
class StorageClassArgs:
    """`key` encrypts the disks where Google's own key does not; Compute Engine's service agent must be able to use it."""

    key: Input[str] | None


class StorageClass(pulumi.ComponentResource):
    """SSD disks, made where the pod is scheduled: what is cached there is read when work waits.

    GKE's own classes cannot be given a key.
    https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek#create_a_cmek_protected_attached_disk
    """

    name: Output[str]

    def __init__(self, name: str, args: StorageClassArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:StorageClass", name, None, opts)
        parameters: dict[str, Input[str]] = {"type": "pd-ssd"}
        if args.key:
            parameters["disk-encryption-kms-key"] = args.key
        made = storage.v1.StorageClass(
            name,
            metadata=meta.v1.ObjectMetaArgs(name=DISK_CLASS),
            provisioner="pd.csi.storage.gke.io",
            parameters=parameters,
            volume_binding_mode="WaitForFirstConsumer",
            reclaim_policy="Delete",
            allow_volume_expansion=True,
            opts=ResourceOptions(parent=self),
        )
        self.name = made.metadata.name
        self.register_outputs({"name": self.name})
