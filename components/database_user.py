"""The PostgreSQL user with a password that a preview logs in as."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import sql


@dataclass(frozen=True, kw_only=True)
class DatabaseUserArgs:
    """`user` is the physical name; `password` should be a secret."""

    instance: Input[str]
    user: Input[str]
    password: Input[str]


class DatabaseUser(pulumi.ComponentResource):
    """A PostgreSQL user with a password: what a preview logs in as, since nothing of it may use its base's account.

    Cloud SQL makes every such user a member of cloudsqlsuperuser, who may grant themselves any login of PostgreSQL 15: the
    grants (`components/grants.py`) take that away again before any pod of the preview starts."""

    name: Output[str]
    env: dict[str, Output[str]]
    """What a pod has to know to log in, beside the password."""

    def __init__(self, name: str, args: DatabaseUserArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseUser", name, None, opts)
        user = sql.User(
            name, instance=args.instance, name=args.user, password=args.password, opts=ResourceOptions(parent=self)
        )
        self.name = user.name
        self.env = {"DATABASE_USER": self.name}
        self.register_outputs({"name": self.name})
