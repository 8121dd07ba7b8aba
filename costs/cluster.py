"""The management fee of GKE: https://cloud.google.com/kubernetes-engine/pricing#cluster_management_fee_and_free_tier"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Said, Use, hours
from costs.stack import Stack


def of_cluster(cluster: Resource, stack: Stack) -> list[Said]:
    """The same for every cluster, whatever its size. What it logs is paid by use."""
    said: list[Said] = [hours("cluster", "management of the cluster", 1)]
    if cluster.items("loggingConfig", "enableComponents"):
        said.append(Use("logs", "what nodes and pods log, beyond 50 GiB a month of a project"))
    return said
