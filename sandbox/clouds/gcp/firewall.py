"""VPC firewall rules. They exist; no packet is filtered."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import OWN_QUOTA, OWNER, QUOTAS, URL, network_link
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import network as rules


def _firewall(draft: Draft) -> Properties:
    return {
        "selfLink": URL + draft.id,
        "creationTimestamp": values.timestamp(draft.created),
        "network": network_link(draft),
        "direction": draft.get("direction", "INGRESS"),
        "destinationRanges": draft.get("destinationRanges", []),
    }


def _firewall_check(inputs: Properties) -> list[tuple[str, str]]:
    """INGRESS needs `sourceRanges`, `sourceTags` or `sourceServiceAccounts`
    (resourceComputeFirewallSourceFieldsCustomizeDiff), and what is logged cannot be said where nothing is
    (resourceComputeFirewallEnableLoggingCustomizeDiff)"""
    if inputs.get("enableLogging") is False and inputs.get("logConfig"):
        return [("logConfig", "cannot be given where enableLogging is false")]
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if inputs.get("direction", "INGRESS") == "INGRESS" and not any(inputs.get(one) for one in sources):
        return [("sourceRanges", f"one of {', '.join(sources)} must be given for INGRESS traffic")]
    return []


FIREWALL = ResourceType(
    token="gcp:compute/firewall:Firewall",
    table=rules.FIREWALL,
    identity="projects/{project}/global/firewalls/{name}",
    autoname=AutoName(),
    parents=OWNER,
    quota=Quota(100, QUOTAS, OWN_QUOTA),
    computed=("selfLink", "creationTimestamp", "direction", "destinationRanges"),
    outputs=_firewall,
    check=_firewall_check,
)
TYPES = (FIREWALL,)
