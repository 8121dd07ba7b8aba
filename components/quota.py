"""The most that the pods of a namespace may ask for together, and what those get that ask for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes import core

CPU, MEMORY = "50m", "128Mi"
"""What a container gets that somebody starts by hand: with a quota, the API server refuses pods that ask for nothing."""


@dataclass(frozen=True, kw_only=True)
class QuotaArgs:
    """`cpu` in cores and `memory` are sums over all pods that are not over."""

    namespace: Input[str]
    cpu: Input[str]
    memory: Input[str]
    pods: Input[int]


class Quota(pulumi.ComponentResource):
    """https://kubernetes.io/docs/concepts/policy/resource-quotas/; it counts no pod that has ended, so that Jobs that are
    done take up nothing."""

    def __init__(self, name: str, args: QuotaArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Quota", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = {"name": name, "namespace": args.namespace}
        core.v1.LimitRange(
            name,
            metadata=metadata,
            spec=core.v1.LimitRangeSpecArgs(
                limits=[
                    core.v1.LimitRangeItemArgs(
                        type="Container", default={"memory": MEMORY}, default_request={"cpu": CPU, "memory": MEMORY}
                    )
                ]
            ),
            opts=child,
        )
        core.v1.ResourceQuota(
            name,
            metadata=metadata,
            spec=core.v1.ResourceQuotaSpecArgs(
                hard={
                    "requests.cpu": args.cpu,
                    "requests.memory": args.memory,
                    "limits.memory": args.memory,
                    "pods": pulumi.Output.from_input(args.pods).apply(str),
                }
            ),
            opts=child,
        )
        self.register_outputs({})
