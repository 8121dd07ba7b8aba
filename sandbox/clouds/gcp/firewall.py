"""VPC firewall rules. They exist; no packet is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import OWN_QUOTA, OWNER, QUOTAS, URL, network_link
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import network as rules
from sandbox.values import is_unknown

_PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
_WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")


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
    (resourceComputeFirewallSourceFieldsCustomizeDiff), EGRESS takes neither of the last two, and what is logged cannot be
    said where nothing is (resourceComputeFirewallEnableLoggingCustomizeDiff); ranges are networks, protocols those that there
    are or numbers, and ports, which only TCP, UDP and SCTP have, numbers or ranges"""
    if inputs.get("direction") == "EGRESS" and (
        key := next((key for key in ("sourceTags", "sourceServiceAccounts") if inputs.get(key)), "")
    ):
        return [(key, "not for EGRESS traffic")]
    if inputs.get("enableLogging") is False and inputs.get("logConfig"):
        return [("logConfig", "cannot be given where enableLogging is false")]
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if inputs.get("direction", "INGRESS") == "INGRESS" and not any(inputs.get(one) for one in sources):
        return [("sourceRanges", f"one of {', '.join(sources)} must be given for INGRESS traffic")]
    return [*_networks(inputs), *_traffic(inputs)]


def _networks(inputs: Properties) -> Iterator[tuple[str, str]]:
    for key in ("sourceRanges", "destinationRanges"):
        for index, text in enumerate(listed(inputs, key)):
            if not is_unknown(text) and not _is_network(str(text)):
                yield f"{key}[{index}]", f"{text!r} is no network; write 10.0.0.0/8 or the like"


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _traffic(inputs: Properties) -> Iterator[tuple[str, str]]:
    """https://docs.cloud.google.com/firewall/docs/firewalls#protocols_and_ports"""
    for key in ("allows", "denies"):
        for index, one in enumerate(listed(inputs, key)):
            if is_unknown(one) or is_unknown(one.get("protocol")):
                continue
            protocol = str(one.get("protocol")).lower()
            if protocol not in _PROTOCOLS and not (protocol.isdecimal() and int(protocol) < 256):
                yield f"{key}[{index}].protocol", f"{protocol!r} is none; write {', '.join(_PROTOCOLS)} or a number"
            for place, port in enumerate(listed(one, "ports")):
                if is_unknown(port):
                    continue
                if protocol not in _WITH_PORTS:
                    yield f"{key}[{index}].ports", f"the protocol {protocol} has no ports"
                ends = [int(end) if end.isdecimal() else -1 for end in str(port).split("-")]
                if len(ends) > 2 or ends != sorted(ends) or not 0 <= ends[0] <= ends[-1] <= 65535:
                    yield f"{key}[{index}].ports[{place}]", f"{port!r} is no port; write 443 or 8000-8080"


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
