"""Who may reach whom, by the rules of NetworkPolicy and nothing else: pods, policies and namespaces are data.

https://kubernetes.io/docs/concepts/services-networking/network-policies/: a pod that no policy selects is open; one that
is selected lets through what any of its policies allows; a connection needs both ends.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """A pod, or with an `address` only something that is none."""

    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


def reaches(policies: Sequence[Policy], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection from one end to a port of the other is let through."""
    return _lets(policies, "egress", source, target, port, protocol) and _lets(
        policies, "ingress", target, source, port, protocol
    )


def _lets(policies: Sequence[Policy], way: str, pod: End, other: End, port: int, protocol: str) -> bool:
    if not pod.namespace:
        return True
    mine = [policy for policy in policies if _selects(policy, way, pod)]
    rules = [rule for policy in mine for rule in policy["spec"].get(way) or []]
    return not mine or any(_passes(rule, way, pod, other, port, protocol) for rule in rules)


def _selects(policy: Policy, way: str, pod: End) -> bool:
    spec = policy["spec"]
    return (
        policy["metadata"]["namespace"] == pod.namespace
        and way in {kind.lower() for kind in spec["policyTypes"]}
        and _matches(spec["podSelector"], pod.labels)
    )


def _passes(rule: Mapping[str, Any], way: str, pod: End, other: End, port: int, protocol: str) -> bool:
    peers = rule.get("to" if way == "egress" else "from") or []
    ports = rule.get("ports") or []
    to_port = not ports or any(it["port"] == port and it.get("protocol", "TCP") == protocol for it in ports)
    return to_port and (not peers or any(_is(peer, pod, other) for peer in peers))


def _is(peer: Mapping[str, Any], pod: End, other: End) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        address = ipaddress.ip_address(other.address) if other.address else None
        return (
            address is not None
            and address in ipaddress.ip_network(block["cidr"])
            and not any(address in ipaddress.ip_network(it) for it in block.get("except") or [])
        )
    if not other.namespace:
        return False
    if "namespaceSelector" in peer:
        there = _matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace})
    else:
        there = other.namespace == pod.namespace
    return there and _matches(peer.get("podSelector") or {}, other.labels)


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, "only matchLabels are known here"
    return all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())


def pods(objects: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, End]]:
    """The pods that Deployments and Jobs make, each by the name of what makes it."""
    for made in objects:
        if made["kind"] in ("Deployment", "Job"):
            labels = made["spec"]["template"].get("metadata", {}).get("labels", {})
            yield made["metadata"]["name"], End(made["metadata"]["namespace"], labels)
