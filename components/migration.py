"""The Job that brings a database's schema to what a release needs, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import batch, core, meta

from components.network_policy import NAME_LABEL, NetworkPolicyArgs, Opening, network_policy
from components.pod import REPLACE_UNREADY, PodArgs, pod

ATTEMPTS = 1
"""A migration that failed is looked at by a person before it runs again."""

DEADLINE_SECONDS = 3600
IDLE_SECONDS = 60
"""Who has gone away in the middle of a transaction must not keep its locks."""
CPU, MEMORY = "250m", "512Mi"
"""A migration waits for the database, not for its own cores."""


@dataclass(frozen=True, kw_only=True)
class MigrationArgs:
    """`job` is the physical name, which holds the release; `identity` names the Kubernetes service account to make for it;
    `egress` is what its pod may reach. `lock_seconds` and `statement_seconds` limit, for whatever reads libpq's variables, how
    long it waits for a lock and works at a statement; None for no limit."""

    namespace: Input[str]
    job: Input[str]
    identity: Input[str]
    image: Input[str]
    args: Sequence[str]
    env: Mapping[str, Input[str]]
    secret_env: Mapping[str, tuple[Input[str], str]] = field(default_factory=dict)
    egress: Sequence[Opening] = ()
    lock_seconds: int | None = None
    statement_seconds: int | None = None


class Migration(pulumi.ComponentResource):
    """A finished Job. Another release is another Job; the same release never runs again, whatever else changes."""

    job: Output[str]

    def __init__(self, name: str, args: MigrationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Migration", name, None, opts)
        account = core.v1.ServiceAccount(
            name,
            metadata={"name": args.identity, "namespace": args.namespace},
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
        labels = {NAME_LABEL: name}
        opened = network_policy(
            name,
            NetworkPolicyArgs(namespace=args.namespace, pods=labels, egress=args.egress),
            opts=ResourceOptions(parent=self),
        )
        job = batch.v1.Job(
            name,
            metadata={"name": args.job, "namespace": args.namespace, "annotations": REPLACE_UNREADY},
            spec=batch.v1.JobSpecArgs(
                backoff_limit=ATTEMPTS - 1,
                active_deadline_seconds=DEADLINE_SECONDS,
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=pod(
                        name,
                        PodArgs(
                            identity=account.metadata.name,
                            image=args.image,
                            args=args.args,
                            env={**_limits(args), **args.env},
                            secret_env=args.secret_env,
                            cpu=CPU,
                            memory=MEMORY,
                        ),
                        restart_policy="Never",
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[opened],
                # A rollback changes the image but must not migrate again, and a Job's pods cannot be changed anyhow.
                ignore_changes=["spec"],
                # A failed Job goes before the next one comes, so that its release can be tried again.
                delete_before_replace=True,
            ),
        )
        self.job = job.metadata.name
        self.register_outputs({"job": self.job})


def _limits(args: MigrationArgs) -> dict[str, Input[str]]:
    """https://www.postgresql.org/docs/15/libpq-envars.html"""
    limits = {"lock_timeout": args.lock_seconds, "statement_timeout": args.statement_seconds}
    if not any(limits.values()):
        return {}
    limits["idle_in_transaction_session_timeout"] = IDLE_SECONDS
    set_ = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items() if seconds)
    return {"PGOPTIONS": set_, "PGAPPNAME": args.job}
