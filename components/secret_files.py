"""Secrets of Secret Manager as files in a pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import apiextensions, core

FOLDER = "/var/run/secrets/slipway"
"""Where the files are in every container."""
SECRETS = "secrets"
"""The name of the volume that they are in."""
DRIVER = "secrets-store-gke.csi.k8s.io"
"""That of GKE's add-on; the open-source driver that it is made from has another name."""


@dataclass(frozen=True, kw_only=True)
class SecretFilesArgs:
    """`secrets` maps the name of each file to the version of a secret that is in it."""

    namespace: Input[str]
    secrets: Mapping[str, Input[str]]


class SecretFiles(pulumi.ComponentResource):
    """What GKE's Secret Manager add-on mounts: the pod reads each secret as its own principal, into memory, when it starts.

    Named by Pulumi and replaced when a version changes, so that a Deployment that uses it rolls over to the new value and
    its former pods can still be started meanwhile.

    https://cloud.google.com/secret-manager/docs/secret-manager-managed-csi-component
    """

    name: Output[str]

    def __init__(self, name: str, args: SecretFilesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:SecretFiles", name, None, opts)
        files = apiextensions.CustomResource(
            name,
            api_version="secrets-store.csi.x-k8s.io/v1",
            kind="SecretProviderClass",
            metadata={"namespace": args.namespace},
            spec={
                "provider": "gke",
                "parameters": {
                    # YAML within YAML, and JSON is YAML.
                    "secrets": Output.json_dumps(
                        [{"resourceName": version, "path": file} for file, version in args.secrets.items()]
                    )
                },
            },
            opts=ResourceOptions(parent=self, replace_on_changes=["spec"]),
        )
        self.name = files.id.apply(lambda id: id.rpartition("/")[2])
        self.register_outputs({"name": self.name})


def secrets_volume(name: str, files: Input[str]) -> core.v1.VolumeArgs:
    """The volume of a pod that mounts them; `files` names the SecretProviderClass."""
    return core.v1.VolumeArgs(
        name=name,
        csi=core.v1.CSIVolumeSourceArgs(
            driver=DRIVER, read_only=True, volume_attributes={"secretProviderClass": files}
        ),
    )
