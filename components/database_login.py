"""The service account that the pods of one database log in to PostgreSQL as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import projects, serviceaccount, sql

from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class DatabaseLoginArgs:
    """`account` is the id of the service account; `users` maps whoever may log in as it to its IAM principal. `roles`
    are roles of PostgreSQL: none for a database's own login, which the grants make the owner of its database."""

    project: Input[str]
    instance: Input[str]
    account: Input[str]
    users: Mapping[str, Input[str]]
    roles: Sequence[str] = ()


class DatabaseLogin(pulumi.ComponentResource):
    """A service account that is a user of PostgreSQL: pods log in as it without a password, by impersonation.

    Cloud SQL takes service accounts and people for IAM login, not the Kubernetes identities that pods have
    (https://cloud.google.com/sql/docs/postgres/iam-authentication).
    """

    user: Output[str]
    """The PostgreSQL role."""
    account: Output[str]
    """The e-mail address to impersonate, known only once everybody who needs to may."""
    env: dict[str, Output[str]]
    """What a pod has to know to log in."""

    def __init__(self, name: str, args: DatabaseLoginArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseLogin", name, None, opts)
        child = ResourceOptions(parent=self)

        account = serviceaccount.Account(
            name, account_id=args.account, display_name=f"Database login: {name}", opts=child
        )
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
            database_roles=list(args.roles) or None,
            opts=child,
        )

        self.user = user.name
        self.account = usable(account.email, grants)
        self.env = {"DATABASE_USER": self.user, "DATABASE_IMPERSONATE": self.account}
        self.register_outputs({"user": self.user, "account": self.account})
