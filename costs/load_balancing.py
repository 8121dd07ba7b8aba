"""Load balancers and Cloud Armor: https://cloud.google.com/load-balancing/pricing, https://cloud.google.com/armor/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Free, Line, Said, Unknown, Use, hours
from costs.stack import Stack

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
SERVICE = "kubernetes:core/v1:Service"
GLOBAL = "gke-l7-global-external-managed"
FIRST = 5
"""Forwarding rules that cost as much as one: of all global ones of a project, and of those of each region."""


def of_gateway(gateway: Resource, stack: Stack) -> list[Said]:
    """A rule for each port that Google's load balancer listens on. Other classes run in pods."""
    kind = gateway.text("spec", "gatewayClassName")
    if not kind.startswith("gke-"):
        return [Free("it runs in pods, which nodes are paid for")]
    if kind != GLOBAL:
        return [Unknown(f"load balancers of the class {kind} have no price")]
    before = sum(_ports(each) for each in _before(gateway, stack) if each.text("spec", "gatewayClassName") == kind)
    return [
        *_rules(before, _ports(gateway)),
        Use("load-balanced", "what goes through load balancers"),
        Use("internet", "answers to the internet"),
    ]


def of_service(service: Resource, stack: Stack) -> list[Said]:
    """A rule where it has a load balancer of its own."""
    if service.text("spec", "type") != "LoadBalancer":
        return [Free("it is a name inside the cluster")]
    before = sum(each.text("spec", "type") == "LoadBalancer" for each in _before(service, stack))
    return [*_rules(before, 1), Use("load-balanced", "what goes through load balancers")]


def of_policy(policy: Resource, stack: Stack) -> list[Said]:
    """A policy of Cloud Armor, in the tier Standard, and each of its rules."""
    rules = len(policy.items("rules"))
    return [
        Line("armor-policy", "policy of Cloud Armor", 1, 1),
        Line("armor-rule", "rules of Cloud Armor", rules, rules),
        Use("armor-requests", "requests that Cloud Armor looks at"),
    ]


def _before(resource: Resource, stack: Stack) -> list[Resource]:
    """Those of its type that come before it in the stack."""
    found = stack.of(resource.type)
    return found[: next((at for at, each in enumerate(found) if each.urn == resource.urn), 0)]


def _ports(gateway: Resource) -> int:
    listeners = [each for each in gateway.items("spec", "listeners") if isinstance(each, dict)]
    return len({each.get("port") for each in listeners})


def _rules(before: int, count: int) -> list[Said]:
    said: list[Said] = []
    if count and not before:
        said.append(hours("forwarding-rules", "forwarding rules, up to five", 1))
    if further := max(0, before + count - FIRST) - max(0, before - FIRST):
        said.append(hours("forwarding-rule", "further forwarding rules", further))
    return said
