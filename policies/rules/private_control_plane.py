"""The control plane has no address on the internet; IAM answers in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import GKE, Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Either there is no address at all, or it is private and for networks that are listed."""
    if resource.is_("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", False):
        return
    if not resource.is_("privateClusterConfig.enablePrivateEndpoint", True):
        yield "its control plane has a public address"
    if not resource.has("masterAuthorizedNetworksConfig"):
        yield "its control plane lists no networks that may reach it"


RULE = Rule(
    id="private-control-plane",
    title="A cluster's control plane has no public address",
    why="At the DNS endpoint IAM answers before the control plane does; at an address, anybody may try its certificates.",
    remedy="Set controlPlaneEndpointsConfig.ipEndpointsConfig.enabled to false",
    types=re.compile(r"gcp:container/cluster:Cluster"),
    check=check,
    numbers={GKE: "5.6.3, 5.6.4"},
)
