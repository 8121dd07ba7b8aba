"""A service agent: the identity with which one of Google's services acts in a project."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions
from pulumi_gcp import projects, storage

STORAGE = "storage.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class ServiceAgentArgs:
    """`service` is the API, such as sqladmin.googleapis.com."""

    project: Input[str]
    service: str


class ServiceAgent(pulumi.ComponentResource):
    """An agent that Google makes on request only, so that nothing can be granted to it before.

    Cloud Storage's is asked for by a function of its own, all others by the Service Usage API. Agents that come with
    their API, such as those of Compute Engine and GKE, need none of this.

    https://cloud.google.com/iam/docs/create-service-agents
    """

    member: Output[str]

    def __init__(self, name: str, args: ServiceAgentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ServiceAgent", name, None, opts)
        if args.service == STORAGE:
            found = storage.get_project_service_account_output(
                project=args.project, opts=InvokeOutputOptions(parent=self)
            )
            self.member = found.member
        else:
            identity = projects.ServiceIdentity(
                name, project=args.project, service=args.service, opts=ResourceOptions(parent=self)
            )
            self.member = identity.member
        self.register_outputs({"member": self.member})
