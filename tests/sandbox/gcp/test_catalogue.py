"""The declarations speak of things that there are: classes, properties and types of the SDK."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.shapes import Shape, inputs_of

every_type = pytest.mark.parametrize("resource", TYPES.values(), ids=lambda it: it.token)


def paths(shape: Shape, prefix: str = "", depth: int = 12) -> Iterator[str]:
    """Every property path of a shape, list elements without index."""
    if shape.kind == "list" and shape.element:
        yield from paths(shape.element, prefix, depth)
        return
    for name, inner in shape.properties.items() if depth else ():
        path = f"{prefix}.{name}" if prefix else name
        yield path
        yield from paths(inner, path, depth - 1)


@every_type
def test_every_rule_is_for_a_property_that_the_sdk_has(resource: ResourceType) -> None:
    known = set(paths(inputs_of(resource)))
    table = resource.table
    used = {*table.properties, *(path for group in (*table.one_of, *table.any_of) for path in group)}
    used |= {path for pair in (*table.conflicts, *table.needs) for path in pair}

    assert sorted(path for path in used if path not in known) == []


@every_type
def test_what_is_named_besides_is_there_too(resource: ResourceType) -> None:
    known = set(paths(inputs_of(resource)))
    named = {parent.property for parent in resource.parents} | {resource.location, resource.labels} - {""}
    if resource.autoname:
        named.add(resource.autoname.property)

    assert sorted(named - known) == []
    assert [parent.type for parent in resource.parents if parent.type not in TYPES] == []
    assert [user.type for user in resource.used_by if user.type not in TYPES] == []


@every_type
def test_the_sdk_gives_the_type_the_same_token(resource: ResourceType) -> None:
    arguments = inputs_of(resource).arguments
    assert arguments is not None
    assert arguments.__name__ == f"{resource.kind}Args"
    assert resource.token == f"gcp:{resource.module}/{resource.kind[0].lower()}{resource.kind[1:]}:{resource.kind}"


@every_type
def test_every_table_and_quota_says_where_it_is_from(resource: ResourceType) -> None:
    assert resource.table.source.endswith(".go")
    assert resource.quota is None or resource.quota.source.startswith("https://cloud.google.com/")


DOCUMENTED = {"Topic", "Subscription", "Account", "ManagedZone", "ApiKey"}
"""Limits that Google gives to every project alike."""


def test_a_quota_that_is_no_number_for_all_projects_is_called_an_estimate() -> None:
    quotas = {resource.kind: resource.quota for resource in TYPES.values() if resource.quota}
    assert {kind for kind, quota in quotas.items() if not quota.estimate} == DOCUMENTED
    assert all(len(quota.estimate) > 30 for kind, quota in quotas.items() if kind not in DOCUMENTED)
