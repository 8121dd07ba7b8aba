"""How many pods of a Deployment may go at once when nodes are drained."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ResourceOptions
from pulumi_kubernetes import meta, policy


def disruption_budget(
    name: str, metadata: meta.v1.ObjectMetaArgs, labels: Mapping[str, str], opts: ResourceOptions
) -> policy.v1.PodDisruptionBudget:
    """One at a time. Not for a single pod: its budget could never be kept, and would only block drains."""
    return policy.v1.PodDisruptionBudget(
        name,
        metadata=metadata,
        spec={
            "max_unavailable": 1,
            "selector": {"match_labels": labels},
            # A pod that is broken anyway must not keep a node from being drained.
            "unhealthy_pod_eviction_policy": "AlwaysAllow",
        },
        opts=opts,
    )
