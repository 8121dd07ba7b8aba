"""What is wrong with a manifest: its schema first, then the rules that the API server has beyond it.

The rules are those of Kubernetes' own validation (pkg/apis/*/validation), for what Slipway's programs use, and tolerate
values that are not yet known. Reasons are worded as the server words them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import (
    data_keys,
    gateway_api,
    kinds,
    limit_ranges,
    network_policies,
    object_names,
    pod_rules,
    quantities,
    roles,
    schema,
)
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.known import entries, mapping, sequence
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns, is_unknown

_OBJECTS = (
    *("configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets"),
    *("services", "services.loadbalancers", "services.nodeports"),
)
"""What a quota counts in whole numbers (IsIntegerResourceName)."""
_LEVELS = ("privileged", "baseline", "restricted")
_PERCENT = re.compile(r"\d{1,3}%")


def problems(kind: Kind, manifest: dict[str, Any]) -> list[CheckFailure]:
    """All failures; the kind's own rules only where the schema finds nothing, since they rely on it."""
    failures = schema.problems(kind, manifest)
    if failures:
        return failures
    return [*_metadata(kind, mapping(manifest.get("metadata"))), *_own(kind, manifest)]


def _metadata(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[CheckFailure]:
    name = metadata.get("name", "")
    if not has_unknowns(name) and (problem := kind.name_rule(name)):
        yield CheckFailure("metadata.name", f'Invalid value: "{name}": {problem}')
    namespace = metadata.get("namespace")
    if isinstance(namespace, str) and not has_unknowns(namespace):
        if not kind.namespaced:
            yield CheckFailure(
                "metadata.namespace", f"Forbidden: not allowed on this type, {kind.kind} has no namespace"
            )
        elif problem := object_names.dns_label(namespace):
            yield CheckFailure("metadata.namespace", f'Invalid value: "{namespace}": {problem}')
    yield from pod_rules.metadata_problems(metadata, "metadata")


def _own(kind: Kind, manifest: Mapping[str, Any]) -> Iterator[CheckFailure]:
    rule = RULES.get(kind)
    about = manifest if kind in _WHOLE else manifest.get("spec")
    if rule and not is_unknown(about):
        yield from rule(mapping(about))


def _job(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """the pod template, whose restart policy is OnFailure or Never"""
    yield from pod_rules.problems(spec.get("template"), "spec.template", ("OnFailure", "Never"))


def _disruption_budget(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """`minAvailable` or `maxUnavailable`, not both; each a number from 0 or a percentage"""
    if "minAvailable" in spec and "maxUnavailable" in spec:
        yield CheckFailure("spec", "Invalid value: minAvailable and maxUnavailable cannot be both set")
    yield from _shares(spec, "spec", ("minAvailable", "maxUnavailable"))


def _resource_quota(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """what counts objects in `hard` is whole"""
    for name, amount in quantities.known(mapping(spec.get("hard"))).items():
        if amount % 1 and name in _OBJECTS:
            yield CheckFailure(f"spec.hard.{name}", f'Invalid value: "{spec["hard"][name]}": must be an integer')


def _deployment(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """the pod template, whose restart policy is Always; the selector is not empty and selects the template's labels; no
    `rollingUpdate` with Recreate; surge and unavailable are numbers from 0 or percentages, not both 0; the deadline for
    progress is longer than a pod must be ready"""
    yield from pod_rules.problems(spec.get("template"), "spec.template", ("Always",))
    deadline, ready = (
        given if isinstance(given := spec.get(name), int) else other
        for name, other in (("progressDeadlineSeconds", 600), ("minReadySeconds", 0))
    )
    if deadline <= ready:
        problem = f"Invalid value: {deadline}: must be greater than minReadySeconds"
        yield CheckFailure("spec.progressDeadlineSeconds", problem)
    selector = mapping(spec.get("selector"))
    template = spec.get("template")
    metadata = mapping(template).get("metadata")
    labels = mapping(metadata).get("labels")
    unknown = is_unknown(template) or is_unknown(metadata) or is_unknown(labels)
    if (
        not has_unknowns(spec.get("selector"))
        and not selector.get("matchLabels")
        and not selector.get("matchExpressions")
    ):
        yield CheckFailure("spec.selector", "Invalid value: empty selector is invalid for deployment")
    elif not unknown and not selects(selector, mapping(labels)):
        yield CheckFailure(
            "spec.template.metadata.labels",
            f"Invalid value: {labels or {}}: `selector` does not match template `labels`",
        )
    strategy = mapping(spec.get("strategy"))
    rolling = mapping(strategy.get("rollingUpdate"))
    if strategy.get("type") == "Recreate" and rolling:
        yield CheckFailure(
            "spec.strategy.rollingUpdate", "Forbidden: may not be specified when strategy `type` is 'Recreate'"
        )
    yield from _shares(rolling, "spec.strategy.rollingUpdate", ("maxSurge", "maxUnavailable"))
    if rolling.get("maxSurge") in (0, "0%") and rolling.get("maxUnavailable") in (0, "0%"):
        yield CheckFailure(
            "spec.strategy.rollingUpdate.maxUnavailable", "Invalid value: 0: may not be 0 when `maxSurge` is 0"
        )


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether a label selector (matchLabels, matchExpressions) selects these labels. Unknown values match."""
    for key, value in mapping(selector.get("matchLabels")).items():
        if not has_unknowns([value, labels.get(key)]) and labels.get(key) != value:
            return False
    for _, expression in entries(selector.get("matchExpressions")):
        value, values = labels.get(expression["key"]), sequence(expression.get("values"))
        if has_unknowns([value, values]):
            continue
        met = {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not met.get(expression["operator"], False):
            return False
    return True


def _service(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """`externalName` with ExternalName; `externalTrafficPolicy` only with NodePort and LoadBalancer; ports have names of their
    own where there are several; none only in headless and external Services"""
    type_, ports = spec.get("type") or "ClusterIP", spec.get("ports") or []
    if spec.get("externalTrafficPolicy") and type_ in ("ClusterIP", "ExternalName"):
        problem = "may only be set for externally-accessible services"
        yield CheckFailure("spec.externalTrafficPolicy", f'Invalid value: "{spec["externalTrafficPolicy"]}": {problem}')
    if type_ == "ExternalName" and not spec.get("externalName"):
        yield CheckFailure("spec.externalName", "Required value")
    if not ports and type_ != "ExternalName" and spec.get("clusterIP") != "None":
        yield CheckFailure("spec.ports", "Required value")
    seen: set[Any] = set()
    for index, port in entries(ports):
        at, name = f"spec.ports[{index}]", port.get("name")
        if len(sequence(ports)) > 1 and not name:
            yield CheckFailure(f"{at}.name", "Required value")
        if name and isinstance(name, str) and not has_unknowns(name):
            if problem := object_names.dns_label(name):
                yield CheckFailure(f"{at}.name", f'Invalid value: "{name}": {problem}')
            if name in seen:
                yield CheckFailure(f"{at}.name", f'Duplicate value: "{name}"')
            seen.add(name)


def _autoscaler(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """`maxReplicas` is not below `minReplicas`; the target is a Deployment of apps/v1; each metric says what
    its type is for and nothing else, and its target has the value of its type"""
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most < least:
        yield CheckFailure("spec.maxReplicas", f"Invalid value: {most}: must be greater than or equal to `minReplicas`")
    target = mapping(spec.get("scaleTargetRef"))
    if (target.get("apiVersion"), target.get("kind")) != ("apps/v1", "Deployment") and not has_unknowns(target):
        yield CheckFailure(
            "spec.scaleTargetRef",
            "only Deployments of apps/v1 can be scaled here; set apiVersion to apps/v1 and kind to Deployment",
        )
    for index, metric in entries(spec.get("metrics")):
        yield from _metric(metric, f"spec.metrics[{index}]")


_METRICS = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_TARGETS = {"AverageValue": "averageValue", "Utilization": "averageUtilization", "Value": "value"}


def _metric(metric: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    field = _METRICS.get(str(metric.get("type")))
    if field is None:
        if not is_unknown(metric.get("type")):
            supported = ", ".join(f'"{name}"' for name in _METRICS)
            yield CheckFailure(
                f"{at}.type", f"Unsupported value: {metric.get('type')!r}: supported values: {supported}"
            )
        return
    for other in _METRICS.values():
        if (metric.get(other) is not None) != (other == field):
            problem = "Required value: must populate information for the given metric source"
            wrong = "Forbidden: must populate the given metric source only"
            yield CheckFailure(f"{at}.{other}", problem if other == field else wrong)
    target = mapping(mapping(metric.get(field)).get("target"))
    wanted = _TARGETS.get(str(target.get("type")))
    if wanted and target.get(wanted) is None:
        yield CheckFailure(f"{at}.{field}.target.{wanted}", "Required value: must set the value of the target's type")


def _volume_claim(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """at least one access mode; a request for storage, and above nothing"""
    if not spec.get("accessModes"):
        yield CheckFailure("spec.accessModes", "Required value: at least 1 access mode is required")
    requests = mapping(mapping(spec.get("resources")).get("requests"))
    if "storage" not in requests and not has_unknowns(spec.get("resources")):
        yield CheckFailure("spec.resources.requests.storage", "Required value")
    for name, amount in quantities.known(requests).items():
        if amount <= 0:
            problem = f'Invalid value: "{requests[name]}": must be greater than zero'
            yield CheckFailure(f"spec.resources.requests.{name}", problem)


def _namespace(namespace: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """the labels of `pod-security.kubernetes.io` have a level that there is, and those of their versions `latest` or one such as v1.30"""
    for key, value in mapping(mapping(namespace.get("metadata")).get("labels")).items():
        prefix, _, name = key.partition("/")
        if prefix != "pod-security.kubernetes.io" or has_unknowns(value):
            continue
        mode, _, version = name.partition("-")
        if mode not in ("audit", "enforce", "warn") or version not in ("", "version"):
            continue
        if not version and value not in _LEVELS:
            problem = f"must be one of {', '.join(_LEVELS)}"
            yield CheckFailure(f"metadata.labels[{key}]", f'Invalid value: "{value}": {problem}')
        if version and not re.fullmatch(r"latest|v1\.(0|[1-9]\d*)", str(value)):
            yield CheckFailure(f"metadata.labels[{key}]", f'Invalid value: "{value}": must be "latest" or "v1.x"')


def _shares(spec: Mapping[str, Any], at: str, names: tuple[str, ...]) -> Iterator[CheckFailure]:
    for name in names:
        share = spec.get(name)
        if isinstance(share, str) and not has_unknowns(share) and not _PERCENT.fullmatch(share):
            yield CheckFailure(
                f"{at}.{name}",
                f'Invalid value: "{share}": a valid percent string must be a numeric string followed by an ending "%"',
            )
        if isinstance(share, int) and share < 0:
            yield CheckFailure(f"{at}.{name}", f"Invalid value: {share}: must be greater than or equal to 0")


RULES: Mapping[Kind, Callable[[Mapping[str, Any]], Iterator[CheckFailure]]] = {
    kinds.DEPLOYMENT: _deployment,
    kinds.JOB: _job,
    kinds.SERVICE: _service,
    kinds.AUTOSCALER: _autoscaler,
    kinds.DISRUPTION_BUDGET: _disruption_budget,
    kinds.LIMIT_RANGE: limit_ranges.problems,
    kinds.RESOURCE_QUOTA: _resource_quota,
    kinds.CONFIG_MAP: data_keys.config_map,
    kinds.SECRET: data_keys.secret,
    kinds.VOLUME_CLAIM: _volume_claim,
    kinds.NETWORK_POLICY: network_policies.problems,
    kinds.ROLE: roles.role,
    kinds.CLUSTER_ROLE: roles.role,
    kinds.ROLE_BINDING: roles.binding,
    kinds.CLUSTER_ROLE_BINDING: roles.cluster_binding,
    kinds.NAMESPACE: _namespace,
    kinds.GATEWAY: gateway_api.gateway,
    kinds.HTTP_ROUTE: gateway_api.http_route,
    kinds.HEALTH_CHECK_POLICY: gateway_api.health_check_policy,
}
"""What is wrong with a spec beyond the schema, or with the whole of an object that is in `_WHOLE`. The docstrings are the lines of docs/reference/sandbox-coverage.md."""
_WHOLE = (
    *(kinds.CONFIG_MAP, kinds.SECRET, kinds.NAMESPACE),
    *(kinds.ROLE, kinds.CLUSTER_ROLE, kinds.ROLE_BINDING, kinds.CLUSTER_ROLE_BINDING),
)
