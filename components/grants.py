"""The Job that gives every database to its login, and to nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import batch, core

from components import database_proxy
from components.grants_sql import grants_sql
from components.pod import REPLACE_UNREADY, PodArgs, literal, pod

ATTEMPTS = 3
"""New logins reach PostgreSQL and IAM within a minute or two; what fails for longer a person looks at."""

DEADLINE_SECONDS = 600
CPU, MEMORY = "50m", "64Mi"
PSQL = ("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """Who may administer an instance, and from where: `image` has psql, `proxy` the Cloud SQL Auth Proxy. `identity` names
    the Kubernetes service account in `namespace` that may impersonate `account`, the e-mail address of an administrator
    whose PostgreSQL role is `user`."""

    namespace: Input[str]
    identity: Input[str]
    image: Input[str]
    proxy: Input[str]
    connection: Input[str]
    account: Input[str]
    user: Input[str]

    def pod(self, name: str, options: Sequence[str], commands: Sequence[Input[str]]) -> core.v1.PodSpecArgs:
        """A pod that runs psql as the administrator, once. No secret takes part: the proxy logs in by impersonation."""
        return pod(
            name,
            PodArgs(
                identity=self.identity,
                image=self.image,
                args=[
                    *options,
                    *(Output.concat("--command=", Output.from_input(it).apply(literal)) for it in commands),
                ],
                env={
                    "PGHOST": database_proxy.HOST,
                    "PGPORT": str(database_proxy.PORT),
                    "PGDATABASE": "postgres",
                    "PGUSER": self.user,
                    # Within the pod; the proxy encrypts whatever leaves it.
                    "PGSSLMODE": "disable",
                },
                cpu=CPU,
                memory=MEMORY,
                sidecars=[database_proxy.sidecar(self.proxy, database_proxy.arguments(self.connection, self.account))],
            ),
            restart_policy="Never",
        )


@dataclass(frozen=True, kw_only=True)
class GrantsArgs:
    """`owners` maps a database to (its physical name, its login); `people` are logins that may act as any owner, `lowered`
    those with a password, which shall be no administrators."""

    by: Administrator
    owners: Mapping[str, tuple[Input[str], Input[str]]]
    people: Sequence[Input[str]] = ()
    lowered: Sequence[Input[str]] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


class Grants(pulumi.ComponentResource):
    """A finished Job. It runs again when its SQL changes, which is when databases, logins or people do."""

    job: Output[str]

    def __init__(self, name: str, args: GrantsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Grants", name, None, opts)
        sql = Output.all(owners=list(args.owners.values()), people=list(args.people), lowered=list(args.lowered)).apply(
            lambda known: grants_sql(dict(known["owners"]), known["people"], known["lowered"])
        )
        job = batch.v1.Job(
            name,
            # Named by Pulumi: another SQL is another Job, made before the old one goes.
            metadata={
                "namespace": args.by.namespace,
                "annotations": REPLACE_UNREADY,
                **({"labels": args.labels} if args.labels else {}),
            },
            spec=batch.v1.JobSpecArgs(
                backoff_limit=ATTEMPTS - 1,
                active_deadline_seconds=DEADLINE_SECONDS,
                template=core.v1.PodTemplateSpecArgs(spec=args.by.pod(name, PSQL, [sql])),
            ),
            opts=ResourceOptions(
                parent=self,
                # What has been granted stays granted when psql is updated.
                ignore_changes=[
                    "spec.template.spec.containers[0].image",
                    "spec.template.spec.initContainers[0].image",
                ],
            ),
        )
        self.job = job.metadata.name
        self.register_outputs({"job": self.job})
