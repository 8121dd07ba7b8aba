"""The Job that makes a database a copy of another one in its instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import batch, core

from components.grants import ATTEMPTS, DEADLINE_SECONDS, Administrator
from components.grants_sql import copied
from components.pod import REPLACE_UNREADY

PSQL = ("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1")
"""Not in one transaction, in which PostgreSQL makes no database."""


@dataclass(frozen=True, kw_only=True)
class DatabaseCopyArgs:
    """`job` is the physical name; `database` exists and is made anew, for its `owner`, as a copy of `template`."""

    by: Administrator
    job: Input[str]
    database: Input[str]
    owner: Input[str]
    template: str
    labels: Mapping[str, str] = field(default_factory=dict)


class DatabaseCopy(pulumi.ComponentResource):
    """A finished Job. One that ended well never runs again by itself: it would throw away what the copy has become."""

    job: Output[str]

    def __init__(self, name: str, args: DatabaseCopyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseCopy", name, None, opts)
        count = len(copied("", "", ""))
        statements = Output.all(args.database, args.owner).apply(
            lambda known: copied(known[0], known[1], args.template)
        )
        commands = [statements.apply(lambda known, at=at: str(known[at])) for at in range(count)]
        job = batch.v1.Job(
            name,
            metadata={
                "name": args.job,
                "namespace": args.by.namespace,
                "labels": dict(args.labels),
                "annotations": REPLACE_UNREADY,
            },
            spec=batch.v1.JobSpecArgs(
                backoff_limit=ATTEMPTS - 1,
                active_deadline_seconds=DEADLINE_SECONDS,
                template=core.v1.PodTemplateSpecArgs(spec=args.by.pod(name, PSQL, commands)),
            ),
            opts=ResourceOptions(parent=self, ignore_changes=["spec"], delete_before_replace=True),
        )
        self.job = job.metadata.name
        self.register_outputs({"job": self.job})
