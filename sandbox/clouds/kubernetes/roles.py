"""What the API server refuses in roles and their bindings beyond their schemas.

From pkg/apis/rbac/validation/validation.go of Kubernetes. Values not yet known pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import object_names
from sandbox.clouds.kubernetes.known import entries, mapping
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns

_GROUP = "rbac.authorization.k8s.io"


def role(role: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """each rule is about resources, with their groups, or about `nonResourceURLs`"""
    for index, rule in entries(role.get("rules")):
        parts = [name for name in ("apiGroups", "resources", "resourceNames") if rule.get(name)]
        if rule.get("nonResourceURLs"):
            if parts:
                problem = "rules cannot apply to both regular resources and non-resource URLs"
                yield CheckFailure(f"rules[{index}].nonResourceURLs", f"Invalid value: {problem}")
            continue
        for name, what in (("apiGroups", "api group"), ("resources", "resource")):
            if name not in parts:
                problem = f"Required value: resource rules must supply at least one {what}"
                yield CheckFailure(f"rules[{index}].{name}", problem)


def binding(binding: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """service accounts are of no group; users and groups are of `rbac.authorization.k8s.io`"""
    yield from _subjects(binding)


def cluster_binding(binding: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """service accounts have a namespace and are of no group; users and groups are of `rbac.authorization.k8s.io`; the role is one of
    the cluster"""
    kind = mapping(binding.get("roleRef")).get("kind")
    if not has_unknowns(kind) and kind != "ClusterRole":
        yield CheckFailure("roleRef.kind", f'Unsupported value: "{kind}": supported values: "ClusterRole"')
    for index, subject in entries(binding.get("subjects")):
        if subject.get("kind") == "ServiceAccount" and not subject.get("namespace"):
            yield CheckFailure(f"subjects[{index}].namespace", "Required value")
    yield from _subjects(binding)


def _subjects(binding: Mapping[str, Any]) -> Iterator[CheckFailure]:
    for index, subject in entries(binding.get("subjects")):
        at, kind = f"subjects[{index}]", subject.get("kind")
        name, group = subject.get("name"), subject.get("apiGroup") or ""
        account = kind == "ServiceAccount"
        known = account and isinstance(name, str) and not has_unknowns(name)
        if known and (problem := object_names.dns_subdomain(name)):
            yield CheckFailure(f"{at}.name", f'Invalid value: "{name}": {problem}')
        supported = ("",) if account else ("", _GROUP)
        if not has_unknowns([kind, group]) and group not in supported:
            yield CheckFailure(f"{at}.apiGroup", f'Unsupported value: "{group}": supported values: "{supported[-1]}"')
