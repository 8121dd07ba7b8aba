"""Who may start the builds of another trigger."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import projects, serviceaccount

USER = "roles/iam.serviceAccountUser"


@dataclass(frozen=True, kw_only=True)
class BuildStarterArgs:
    """`member` starts builds that run as `account`, the id of a service account. `role` is one of the project that allows
    cloudbuild.builds.create and nothing else."""

    project: Input[str]
    role: Input[str]
    member: Input[str]
    account: Input[str]


class BuildStarter(pulumi.ComponentResource):
    """Cloud Build lets somebody start a build, or run a trigger, only as an identity that they may use: it is this one alone."""

    def __init__(self, name: str, args: BuildStarterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildStarter", name, None, opts)
        child = ResourceOptions(parent=self)
        projects.IAMMember(f"{name}-starter", project=args.project, role=args.role, member=args.member, opts=child)
        serviceaccount.IAMMember(
            f"{name}-user", service_account_id=args.account, role=USER, member=args.member, opts=child
        )
        self.register_outputs({})
