"""The service account that an environment's pods log in to PostgreSQL as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import projects, serviceaccount, sql

from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class DatabaseLoginArgs:
    """`users` maps a Deployment to the IAM principal that its pods have; `account` is the id of the service account."""

    project: Input[str]
    instance: Input[str]
    account: Input[str]
    users: Mapping[str, Input[str]]


class DatabaseLogin(pulumi.ComponentResource):
    """The service account that an environment's pods log in to PostgreSQL as: without a password, by impersonation.

    Cloud SQL takes service accounts and people for IAM login, not the Kubernetes identities that pods have
    (https://cloud.google.com/sql/docs/postgres/iam-authentication).
    """

    user: Output[str]
    """The PostgreSQL role."""
    account: Output[str]
    """The e-mail address to impersonate, known only once everybody who needs to may."""

    def __init__(self, name: str, args: DatabaseLoginArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseLogin", name, None, opts)
        child = ResourceOptions(parent=self)

        account = serviceaccount.Account(name, account_id=args.account, display_name="Database login", opts=child)
        grants: list[pulumi.CustomResource] = [
            projects.IAMMember(
                f"{name}-{role}",
                project=args.project,
                role=f"roles/cloudsql.{role}",
                member=account.member,
                opts=child,
            )
            for role in ("client", "instanceUser")
        ]
        grants += [
            serviceaccount.IAMMember(
                f"{name}-{key}",
                service_account_id=account.name,
                role="roles/iam.serviceAccountTokenCreator",
                member=member,
                opts=child,
            )
            for key, member in args.users.items()
        ]
        user = sql.User(
            name,
            instance=args.instance,
            # PostgreSQL's limit on names makes Cloud SQL drop the domain.
            name=account.email.apply(lambda email: email.removesuffix(".gserviceaccount.com")),
            type="CLOUD_IAM_SERVICE_ACCOUNT",
            # An IAM user begins with no rights at all, and migrations must be able to make tables.
            database_roles=["cloudsqlsuperuser"],
            opts=child,
        )

        self.user = user.name
        self.account = usable(account.email, grants)
        self.register_outputs({"user": self.user, "account": self.account})
