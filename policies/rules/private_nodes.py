"""Nodes and machines have no public address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, at, entries
from policies.rule import GKE, Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """A pool may differ from its cluster, so what it says for itself counts too."""
    if resource.kind == "Cluster":
        autopilot = resource.get("enableAutopilot") is True
        private = resource.is_("privateClusterConfig.enablePrivateNodes", True)
        if not private and not (autopilot and resource.is_("networkConfig.defaultEnablePrivateNodes", True)):
            yield "its nodes have public addresses"
    elif resource.kind == "NodePool":
        if resource.get("networkConfig.enablePrivateNodes") is False:
            yield "its nodes have public addresses"
    elif any(at(each, "accessConfigs") not in (None, []) for each in entries(resource.get("networkInterfaces"))):
        yield "it has a public address"


RULE = Rule(
    id="private-nodes",
    title="No node and no machine has a public address",
    why="What a pod has opened on its node would be open to everybody.",
    remedy="Set privateClusterConfig.enablePrivateNodes to true; machines get no accessConfigs",
    types=re.compile(
        r"gcp:container/(cluster:Cluster|nodePool:NodePool)|gcp:compute/(instance:Instance|instanceTemplate:InstanceTemplate)"
    ),
    check=check,
    numbers={GKE: "5.6.5"},
)
