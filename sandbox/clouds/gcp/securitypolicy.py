"""Cloud Armor's security policies. They exist, and are refused where the API would; no request is looked at."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import URL
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import securitypolicy as rules
from sandbox.values import has_unknowns

DEFAULT_PRIORITY = 2147483647
_EVERYBODY = {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}


def _policy(draft: Draft) -> Properties:
    allow = {"action": "allow", "priority": DEFAULT_PRIORITY, "match": _EVERYBODY, "description": "default rule"}
    return {
        "selfLink": URL + draft.id,
        "fingerprint": values.etag(draft.unique),
        "labelFingerprint": values.etag(draft.unique)[:8] + "k=",
        "type": draft.get("type", "CLOUD_ARMOR"),
        "rules": draft.get("rules", [allow]),
        "advancedOptionsConfig": draft.get("advancedOptionsConfig", {}),
    }


def _policy_check(inputs: Properties) -> list[tuple[str, str]]:
    """no two rules have one priority; where there are rules, one of them is the default: priority 2147483647 for `*`;
    a rule matches by 1 to 10 addresses or by an expression; throttle and rate_based_ban have rateLimitOptions"""
    found: list[tuple[str, str]] = []
    rules_ = [(index, rule) for index, rule in enumerate(listed(inputs, "rules")) if isinstance(rule, dict)]
    seen: set[int] = set()
    for index, rule in rules_:
        if has_unknowns(rule):
            return []
        priority, match = int(rule["priority"]), rule["match"]
        if priority in seen:
            found.append((f"rules[{index}].priority", f"two rules have the same priority, {priority}"))
        seen.add(priority)
        by_address = bool(match.get("versionedExpr")) and bool(match.get("config"))
        if by_address == bool(match.get("expr")):
            found.append((f"rules[{index}].match", "give versionedExpr and config, or expr, and not both"))
        if by_address and not 1 <= len(listed(rule, "match.config.srcIpRanges")) <= 10:
            found.append((f"rules[{index}].match.config.srcIpRanges", "give 1 to 10 ranges"))
        if str(rule["action"]) in ("throttle", "rate_based_ban") and not rule.get("rateLimitOptions"):
            found.append((f"rules[{index}].rateLimitOptions", f"required for the action {rule['action']}"))
        everybody = listed(rule, "match.config.srcIpRanges") == ["*"]
        if priority == DEFAULT_PRIORITY and not everybody:
            found.append((f"rules[{index}].match", "the default rule matches '*' and nothing else"))
    if rules_ and DEFAULT_PRIORITY not in seen:
        found.append(("rules", f"there must be a default rule: priority {DEFAULT_PRIORITY}, match '*'"))
    return found


SECURITY_POLICY = ResourceType(
    token="gcp:compute/securityPolicy:SecurityPolicy",
    table=rules.SECURITY_POLICY,
    identity="projects/{project}/global/securityPolicies/{name}",
    autoname=AutoName(),
    labels="labels",
    computed=("selfLink", "fingerprint", "labelFingerprint", "type", "rules", "advancedOptionsConfig"),
    outputs=_policy,
    check=_policy_check,
)
TYPES = (SECURITY_POLICY,)
