"""A Kubernetes namespace whose pods are held to the restricted pod-security standard."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import core


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """`namespace` is the physical name."""

    namespace: Input[str]


class Namespace(pulumi.ComponentResource):
    """A namespace; https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""

    name: Output[str]

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Namespace", name, None, opts)
        namespace = core.v1.Namespace(
            name,
            metadata={"name": args.namespace, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
            opts=ResourceOptions(parent=self),
        )
        self.name = namespace.metadata.name
        self.register_outputs({"name": self.name})
