"""What nodes are set to, whatever runs on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import GKE, Rule
from policies.settings import Settings

DEFAULT_ACCOUNT = "-compute@developer.gserviceaccount.com"


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Each sentence begins with the number of the benchmark's item."""
    account = resource.get("nodeConfig.serviceAccount")
    if account in (None, "default") or str(account).endswith(DEFAULT_ACCOUNT):
        yield "5.2.1: its nodes act as the default service account"
    if not resource.is_("nodeConfig.workloadMetadataConfig.mode", "GKE_METADATA"):
        yield "5.4.1: its pods reach the identity of their node"
    if not str(resource.get("nodeConfig.imageType") or "COS_CONTAINERD").upper().startswith(("COS_CONTAINERD", "[")):
        yield "5.5.1: its nodes run no Container-Optimized OS"
    if not resource.is_("management.autoRepair", True):
        yield "5.5.2: its nodes are not repaired"
    if not resource.is_("management.autoUpgrade", True):
        yield "5.5.3: its nodes are not upgraded"
    if resource.get("nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring") is False:
        yield "5.5.6: nobody notices what its nodes boot"
    if not resource.is_("nodeConfig.shieldedInstanceConfig.enableSecureBoot", True):
        yield "5.5.7: its nodes boot what is not signed"


RULE = Rule(
    id="node-hardening",
    title="Nodes follow the benchmark where that costs nothing",
    why="Whoever gets out of a container is on a node: there should be nothing to find.",
    remedy="Set it as the item says; docs/reference/cis-gke.md has what the stacks have",
    types=re.compile(r"gcp:container/nodePool:NodePool"),
    check=check,
    numbers={GKE: "5.2.1, 5.4.1, 5.5.1, 5.5.2, 5.5.3, 5.5.6, 5.5.7"},
)
