"""A PostgreSQL database in an instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import sql


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """`database` is the physical name, `instance` the instance's. `after` are the users of the database: PostgreSQL drops
    no user who owns something, so they may go only once the database has. With `protect` it is not deleted."""

    instance: Input[str]
    database: Input[str]
    after: Sequence[pulumi.Resource] = ()
    protect: bool = False


class Database(pulumi.ComponentResource):
    """A PostgreSQL database in an instance."""

    name: Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Database", name, None, opts)
        database = sql.Database(
            name,
            instance=args.instance,
            name=args.database,
            opts=ResourceOptions(parent=self, depends_on=list(args.after), protect=args.protect),
        )
        self.name = database.name
        self.register_outputs({"name": self.name})
