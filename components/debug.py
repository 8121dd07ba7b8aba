"""What people may do who debug the services of a namespace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes import rbac

RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, kw_only=True)
class DebugArgs:
    """`groups` are e-mail addresses of Google groups."""

    namespace: Input[str]
    groups: Sequence[str]


class Debug(pulumi.ComponentResource):
    """Shells, logs and ports of the pods of one namespace, with a container beside a pod's own where it has no shell.
    Not cluster-wide: a shell in a pod of kube-system would be one on its node."""

    def __init__(self, name: str, args: DebugArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Debug", name, None, opts)
        metadata = {"name": name, "namespace": args.namespace}
        role = rbac.v1.Role(
            name,
            metadata=metadata,
            rules=[
                {"api_groups": [""], "resources": ["pods", "pods/log", "services"], "verbs": ["get", "list", "watch"]},
                {"api_groups": [""], "resources": ["pods/exec", "pods/portforward"], "verbs": ["create", "get"]},
                {"api_groups": [""], "resources": ["pods/ephemeralcontainers"], "verbs": ["patch"]},
                {"api_groups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch"]},
            ],
            opts=ResourceOptions(parent=self),
        )
        rbac.v1.RoleBinding(
            name,
            metadata=metadata,
            role_ref={"api_group": RBAC, "kind": "Role", "name": role.metadata.name},
            subjects=[{"api_group": RBAC, "kind": "Group", "name": group} for group in args.groups],
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
