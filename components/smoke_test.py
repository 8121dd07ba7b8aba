"""The Job that calls a service once it is rolled out, and says whether it works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import batch, core, meta

from components.network_policy import NetworkPolicyArgs, Opening, network_policy
from components.pod import NONROOT, REPLACE_UNREADY, PodArgs, pod
from components.workload import selector

ATTEMPTS = 3
"""A first call may meet an IAM grant or a DNS record that is seconds old; what is broken fails every time."""

CPU, MEMORY = "50m", "256Mi"
"""A test waits for answers. Its image is often the service's own, which must fit."""


@dataclass(frozen=True, kw_only=True)
class SmokeTestArgs:
    """`egress` is the service, and all that the test may reach beside what the namespace opens to everybody; `timeout` are
    the seconds of all attempts together. `after` must be there before it starts: what is tested."""

    namespace: Input[str]
    image: Input[str]
    args: Sequence[str]
    env: Mapping[str, Input[str]]
    user: int = NONROOT
    timeout: int
    egress: Opening
    after: Sequence[pulumi.Resource]


class SmokeTest(pulumi.ComponentResource):
    """A finished Job. A Job cannot be changed, so whatever changes in it is another run: that of its image, and of the
    digest that it tests where that is one of its variables. An update that changes neither runs nothing again.

    Job, policy and Kubernetes service account bear its name, so that its log is found. When it fails, so does the update;
    the service stays rolled out, since what to go back to is not for its test to say.
    """

    job: Output[str]

    def __init__(self, name: str, args: SmokeTestArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:SmokeTest", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = selector(name)
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace, labels=labels)

        account = core.v1.ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        policy = NetworkPolicyArgs(namespace=args.namespace, pods=labels, egress=[args.egress])
        opened = network_policy(name, policy, opts=child)
        job = batch.v1.Job(
            name,
            metadata=meta.v1.ObjectMetaArgs(
                name=name, namespace=args.namespace, labels=labels, annotations=REPLACE_UNREADY
            ),
            spec=batch.v1.JobSpecArgs(
                backoff_limit=ATTEMPTS - 1,
                active_deadline_seconds=args.timeout,
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=pod(
                        name,
                        PodArgs(
                            identity=account.metadata.name,
                            image=args.image,
                            args=args.args,
                            env=args.env,
                            cpu=CPU,
                            memory=MEMORY,
                            user=args.user,
                        ),
                        restart_policy="Never",
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[opened, *args.after],
                # The name stays, and one test of a service runs at a time.
                delete_before_replace=True,
            ),
        )
        self.job = job.metadata.name
        self.register_outputs({"job": self.job})
