"""LimitRanges: what containers get that ask for nothing, and what they may ask for.

https://kubernetes.io/docs/concepts/policy/limit-range/; the types Pod and PersistentVolumeClaim are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

from sandbox.clouds.kubernetes import kinds, objects, quantities
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.known import entries, mapping
from sandbox.clouds.protocol import CheckFailure
from sandbox.clouds.world import Snapshot
from sandbox.values import has_unknowns

_RISING = (("min", "min"), ("defaultRequest", "default request"), ("default", "default"), ("max", "max"))
"""The amounts of one resource, smallest first, and what the server calls them."""


def problems(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """no type twice; of one resource none of `min`, `defaultRequest`, `default` and `max` is
    above a later one"""
    types: list[Any] = []
    for index, item in entries(spec.get("limits")):
        if (type_ := item.get("type")) in types and not has_unknowns(type_):
            yield CheckFailure(f"spec.limits[{index}].type", f'Duplicate value: "{type_}"')
        types.append(type_)
        amounts: dict[tuple[str, str], Decimal] = {}
        for part, _ in _RISING:
            for resource, amount in quantities.known(mapping(item.get(part))).items():
                amounts[part, resource] = amount
        for (low, lower), (high, higher) in combinations(_RISING, 2):
            for resource, amount in ((name, amounts[part, name]) for part, name in amounts if part == low):
                if amount > amounts.get((high, resource), amount):
                    said = f"{lower} value {item[low][resource]} is greater than {higher} value {item[high][resource]}"
                    yield CheckFailure(f"spec.limits[{index}].{low}.{resource}", f"Invalid value: {said}")


def defaulted(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """The pod template with the namespace's default limits and requests in its containers."""
    items = list(_items(tx, cluster, namespace))
    spec = dict(template.get("spec") or {})
    for key in ("initContainers", "containers"):
        if items and key in spec:
            spec[key] = [_filled(container, items) for container in spec[key]]
    return {**template, "spec": spec}


def refusal(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any], name: str) -> str:
    """Why the namespace takes no such pod, as the API server words it; empty where it does."""
    for item in _items(tx, cluster, namespace):
        for container in (template.get("spec") or {}).get("containers") or []:
            resources = container.get("resources") or {}
            for bound, part, word, sign in (("max", "limits", "maximum", 1), ("min", "requests", "minimum", -1)):
                for resource, edge in (item.get(bound) or {}).items():
                    asked = (resources.get(part) or {}).get(resource)
                    where = f"{word} {resource} usage per Container is {edge}"
                    if asked is None:
                        return f'pods "{name}" is forbidden: {where}. No {part[:-1]} is specified'
                    if sign * (quantities.parse(asked) - quantities.parse(edge)) > 0:
                        return f'pods "{name}" is forbidden: {where}, but {part[:-1]} is {asked}'
    return _unequal(template, name)


def _unequal(template: Mapping[str, Any], name: str) -> str:
    """A default limit may be below what a container itself requests: then the filled-in pod is no valid one."""
    for index, container in enumerate((template.get("spec") or {}).get("containers") or []):
        resources = container.get("resources") or {}
        for resource, asked in (resources.get("requests") or {}).items():
            limit = (resources.get("limits") or {}).get(resource)
            if limit is not None and quantities.parse(asked) > quantities.parse(limit):
                return (
                    f'Pod "{name}" is invalid: spec.containers[{index}].resources.requests: Invalid value: "{asked}": '
                    f"must be less than or equal to {resource} limit of {limit}"
                )
    return ""


def _items(tx: Snapshot, cluster: Cluster, namespace: str) -> Iterator[dict[str, Any]]:
    for entity in objects.listed(tx, cluster, kinds.LIMIT_RANGE, namespace):
        for item in (objects.live(entity).get("spec") or {}).get("limits") or []:
            if item.get("type") == "Container":
                yield item


def _filled(container: Mapping[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    resources = container.get("resources") or {}
    limits, requests = dict(resources.get("limits") or {}), dict(resources.get("requests") or {})
    given = set(limits)
    for item in items:
        # A maximum is the default limit, and a limit the default request, where nothing else is said.
        limits = {**(item.get("max") or {}), **(item.get("default") or {}), **limits}
        requests = {**(item.get("min") or {}), **(item.get("defaultRequest") or {}), **requests}
    own = {key: limits[key] for key in given if key not in (resources.get("requests") or {})}
    requests = {**limits, **requests, **own}
    filled = {"limits": limits, "requests": requests}
    return {**container, "resources": {**resources, **{key: value for key, value in filled.items() if value}}}
