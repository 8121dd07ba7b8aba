"""Who a Cloud Run service is, and whom its callers in the cluster call it as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import serviceaccount

from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class RunIdentityArgs:
    """`account` and `caller_account` are ids of service accounts; `callers` maps a name, which only tells the grants
    apart, to the IAM principal of pods that call the service."""

    account: Input[str]
    caller_account: Input[str]
    callers: Mapping[str, Input[str]]


class RunIdentity(pulumi.ComponentResource):
    """The service account that a Cloud Run service runs as, since it takes nothing else.

    It answers only to identity tokens, which the metadata server does not issue to pods that are IAM principals
    themselves (https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity). So pods that call it get one
    of a second account's, which may do nothing else.
    """

    email: Output[str]
    member: Output[str]
    caller: Output[str] | None
    """The account to get an identity token of, known only once those who call may; None where no pod does."""
    caller_member: Output[str] | None

    def __init__(self, name: str, args: RunIdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:RunIdentity", name, None, opts)
        child = ResourceOptions(parent=self)

        account = serviceaccount.Account(name, account_id=args.account, display_name=f"Cloud Run: {name}", opts=child)
        self.email, self.member = account.email, account.member
        self.caller = self.caller_member = None
        if args.callers:
            caller = serviceaccount.Account(
                f"{name}-caller", account_id=args.caller_account, display_name=f"Callers of {name}", opts=child
            )
            grants = [
                serviceaccount.IAMMember(
                    f"{name}-caller-{key}",
                    service_account_id=caller.name,
                    role="roles/iam.serviceAccountOpenIdTokenCreator",
                    member=member,
                    opts=child,
                )
                for key, member in args.callers.items()
            ]
            self.caller, self.caller_member = usable(caller.email, grants), caller.member
        self.register_outputs({"email": self.email, "member": self.member, "caller": self.caller})
