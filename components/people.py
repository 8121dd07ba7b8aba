"""What the Google groups of the team may do in an environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import projects
from pulumi_kubernetes import rbac

RBAC = "rbac.authorization.k8s.io"
PROJECT_ROLES = {
    # Asks where the cluster is and gets in by its DNS endpoint; what may be done in it is RBAC's to say.
    "cluster": "roles/container.clusterViewer",
    "logs": "roles/logging.viewer",
    "metrics": "roles/monitoring.viewer",
}
"""What each of the groups has in the project, to get to the cluster at all and to see what happens in it."""


@dataclass(frozen=True, kw_only=True)
class PeopleArgs:
    """All are e-mail addresses of Google groups. `debug` only gets to the cluster here: what its members may enter, each
    namespace says (`components/debug.py`)."""

    project: Input[str]
    view: Sequence[str]
    debug: Sequence[str]
    break_glass: Sequence[str]


class People(pulumi.ComponentResource):
    """Groups and what they may do in a project and in all namespaces of its cluster."""

    def __init__(self, name: str, args: PeopleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:People", name, None, opts)
        child = ResourceOptions(parent=self)
        for group in dict.fromkeys((*args.view, *args.debug, *args.break_glass)):
            for key, role in PROJECT_ROLES.items():
                projects.IAMMember(
                    f"{name}-{group}-{key}", project=args.project, role=role, member=f"group:{group}", opts=child
                )
        # Kubernetes' own roles: `view` leaves out secrets, `admin` leaves out nodes and the cluster's own objects.
        for role, groups in (("view", args.view), ("admin", args.break_glass)):
            if groups:
                rbac.v1.ClusterRoleBinding(
                    f"{name}-{role}",
                    metadata={"name": f"slipway-{role}"},
                    role_ref={"api_group": RBAC, "kind": "ClusterRole", "name": role},
                    subjects=[{"api_group": RBAC, "kind": "Group", "name": group} for group in groups],
                    opts=child,
                )
        self.register_outputs({})
