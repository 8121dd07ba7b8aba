"""What replaces and what does not, for every property of every type of Google's and GitHub's.

Inputs are compared as a program's next run compares them. Cases that depend on values stand, with their sources, in
tests/replacements.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.shapes import Shape, inputs_of
from tests.sandbox.coverage.landscape import sample
from tests.sandbox.coverage.provider import Providers
from tests.sandbox.coverage.samples import MISSING, SAMPLES, TYPES, found, placed, something

REPLACING = [
    (token, path)
    for token, resource in TYPES.items()
    for path, rule in sorted(resource.table.properties.items())
    if rule.replace
]


@pytest.mark.parametrize(("token", "path"), REPLACING)
def test_a_change_that_replaces(providers: Providers, token: str, path: str) -> None:
    shape = inputs_of(TYPES[token])
    sample = providers.checked(token, SAMPLES[token]["inputs"])
    leaf = found(shape, path)
    whole = leaf.kind == "object" or (leaf.kind == "list" and leaf.element and leaf.element.kind == "object")
    before, _ = placed(shape, sample, path, MISSING if whole else something(leaf, 1))
    after, _ = placed(shape, sample, path, something(leaf, 2))

    assert path.split(".")[0] in providers.diff(token, before, after).replaces
    assert list(providers.diff(token, after, after).replaces) == []


@pytest.mark.parametrize("token", TYPES)
def test_all_other_changes_are_made_in_place(providers: Providers, token: str) -> None:
    resource = TYPES[token]
    shape = inputs_of(resource)
    before = after = providers.checked(token, SAMPLES[token]["inputs"])
    paths = list(others(resource, shape))
    for path in paths:
        leaf = found(shape, path)
        before, _ = placed(shape, before, path, something(leaf, 1))
        after, _ = placed(shape, after, path, something(leaf, 2))

    answer = providers.diff(token, before, after)
    assert list(answer.replaces) == []
    assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) is bool(paths)


def others(
    resource: ResourceType, shape: Shape, prefix: str = "", known: frozenset[Any] = frozenset()
) -> Iterator[str]:
    """Every property that holds no object and does not replace, nor anything that it stands in."""
    for name, inner in shape.properties.items():
        path = f"{prefix}.{name}" if prefix else name
        rule = resource.table.properties.get(path)
        element = (inner.element or inner) if inner.kind == "list" else inner
        if (rule and rule.replace) or element.arguments in known:
            continue
        if element.arguments:
            yield from others(resource, element, path, known | {element.arguments})
        else:
            yield path


def test_another_project_of_the_provider(providers: Providers) -> None:
    """Of every type whose project may be left out. Which these are, the SDK's modules say, so they are no parameters: every process of
    the tests would import them all.
    """
    replaced, different = {}, {}
    for token, resource in TYPES.items():
        shape = inputs_of(resource)
        if "project" in shape.properties and "project" not in shape.required:
            inputs = providers.checked(token, {key: value for key, value in sample(token).items() if key != "project"})
            other = providers.diff(token, {**inputs, "project": "team-prod"}, inputs, inputs)
            own = providers.diff(token, {**inputs, "project": "team-dev"}, inputs, inputs)
            replaced[token] = "project" in other.replaces
            different[token] = list(own.detailedDiff)

    assert replaced == {token: not TYPES[token].settled for token in replaced}
    assert True in replaced.values()
    assert {token: found for token, found in different.items() if found} == {}
