"""The Google groups whose members log in to PostgreSQL as themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import projects, sql

from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class DatabasePeopleArgs:
    """`groups` are e-mail addresses."""

    project: Input[str]
    instance: Input[str]
    groups: Sequence[str]


class DatabasePeople(pulumi.ComponentResource):
    """Groups as users of an instance: each member logs in with an address of their own and a token of an hour.

    https://cloud.google.com/sql/docs/postgres/iam-authentication#iam-group-auth. What they may do there is granted apart.
    """

    users: list[Output[str]]
    """The PostgreSQL role of each group, known only once its members may log in."""

    def __init__(self, name: str, args: DatabasePeopleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabasePeople", name, None, opts)
        child = ResourceOptions(parent=self)
        self.users = []
        for group in args.groups:
            login = projects.IAMMember(
                f"{name}-{group}",
                project=args.project,
                role="roles/cloudsql.instanceUser",
                member=f"group:{group}",
                opts=child,
            )
            user = sql.User(f"{name}-{group}", instance=args.instance, name=group, type="CLOUD_IAM_GROUP", opts=child)
            self.users.append(usable(user.name, [login]))
        self.register_outputs({"users": self.users})
