"""The identity of a trigger's builds."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import projects, serviceaccount

from components.usable import usable

LOG_ROLE = "roles/logging.logWriter"
"""What a build needs to write its log: https://cloud.google.com/build/docs/securing-builds/configure-user-specified-service-accounts"""


@dataclass(frozen=True, kw_only=True)
class BuildIdentityArgs:
    """`account` is the id of the service account."""

    project: Input[str]
    account: Input[str]


class BuildIdentity(pulumi.ComponentResource):
    """The service account of a trigger's builds. It may write its log; whatever else it needs, the owner of that grants."""

    id: Output[str]
    """Usable: known only once the account may write logs, without which Cloud Build refuses to start."""
    member: Output[str]

    def __init__(self, name: str, args: BuildIdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildIdentity", name, None, opts)
        child = ResourceOptions(parent=self)

        account = serviceaccount.Account(name, account_id=args.account, display_name=f"Cloud Build: {name}", opts=child)
        logs = projects.IAMMember(
            f"{name}-logs", project=args.project, role=LOG_ROLE, member=account.member, opts=child
        )

        self.id = usable(account.id, [logs])
        self.member = account.member
        self.register_outputs({"id": self.id, "member": self.member})
