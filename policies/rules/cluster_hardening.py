"""What a cluster is set to, whatever it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import GKE, Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Each sentence begins with the number of the benchmark's item."""
    if not resource.has("workloadIdentityConfig.workloadPool"):
        yield "5.2.2: its pods have no identities of their own"
    if resource.get("releaseChannel.channel") in (None, "UNSPECIFIED"):
        yield "5.5.4: it is in no release channel"
    if resource.get("enableShieldedNodes") is False:
        yield "5.5.5: its nodes are not shielded"
    if not resource.is_("networkingMode", "VPC_NATIVE"):
        yield "5.6.2: its pods have no addresses of the network"
    if resource.get("loggingService") == "none" or resource.get("loggingConfig.enableComponents") == []:
        yield "5.7.1: it logs nothing"
    if resource.get("monitoringService") == "none" or resource.get("monitoringConfig.enableComponents") == []:
        yield "5.7.1: it is not monitored"
    if resource.get("masterAuth.clientCertificateConfig.issueClientCertificate") is True:
        yield "5.8.1: it hands out client certificates"
    if resource.get("enableLegacyAbac") is True:
        yield "5.8.3: it has the legacy authorization"
    if resource.get("enableKubernetesAlpha") is True:
        yield "5.10.2: it has alpha features"


RULE = Rule(
    id="cluster-hardening",
    title="A cluster follows the benchmark where that costs nothing",
    why="Each of these was a default once, or still is one, and lets in more than anybody needs.",
    remedy="Set it as the item says; docs/reference/cis-gke.md has what the stacks have",
    types=re.compile(r"gcp:container/cluster:Cluster"),
    check=check,
    numbers={GKE: "5.2.2, 5.5.4, 5.5.5, 5.6.2, 5.7.1, 5.8.1, 5.8.3, 5.10.2"},
)
