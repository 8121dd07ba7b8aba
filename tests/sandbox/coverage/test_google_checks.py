"""Every enumeration, name rule, bound, group and required property of every type of Google's and GitHub's: what breaks it
is refused, the property named, and what keeps it passes. Generated from the tables that the page is written from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.clouds.gcp.resource import UNSET, ResourceType
from sandbox.clouds.gcp.shapes import Shape, inputs_of
from tests.sandbox.coverage.provider import Providers
from tests.sandbox.coverage.samples import (
    ALL,
    MISSING,
    NOTHING,
    SAMPLES,
    TYPES,
    changed,
    found,
    placed,
    scalar,
    something,
    violations,
)

every_type = pytest.mark.parametrize("token", TYPES)
RULES = [
    pytest.param(token, path, *row[1:], id=f"{token} {path} {row[0]} {row[2] if row[0] == 'values' else ''}".strip())
    for token, resource in TYPES.items()
    for path, rule in sorted(resource.table.properties.items())
    for row in violations(rule)
]
LENGTHS = [
    (token, path, rule.length)
    for token, resource in TYPES.items()
    for path, rule in sorted(resource.table.properties.items())
    if rule.length is not None
]


def groups(attribute: str) -> Any:
    rows = [(token, group) for token, resource in TYPES.items() for group in getattr(resource.table, attribute)]
    return pytest.mark.parametrize(("token", "group"), rows, ids=lambda it: it if isinstance(it, str) else "+".join(it))


def test_every_type_has_a_sample() -> None:
    assert sorted(ALL.keys() - SAMPLES.keys()) == [], "add inputs to tests/sandbox/replacement_samples.yaml"


@every_type
def test_a_sample_is_good(providers: Providers, token: str) -> None:
    assert providers.check(token, SAMPLES[token]["inputs"])[1] == {}


@pytest.mark.parametrize(("token", "path", "bad", "good", "reason"), RULES)
def test_a_value_outside_its_rule(
    providers: Providers, token: str, path: str, bad: Any, good: Any, reason: str
) -> None:
    shape, sample = inputs_of(TYPES[token]), SAMPLES[token]["inputs"]
    leaf, inside = scalar(found(shape, path))
    assert leaf.kind in ("string", "integer", "number", "boolean", "any"), "a rule for values speaks of a scalar"

    inputs, where = placed(shape, sample, path, [bad] if inside else bad)
    failures = providers.check(token, inputs)[1]
    assert reason in failures[f"{where}[0]" if inside else where]
    if good is not MISSING:
        inputs, where = placed(shape, sample, path, [good] if inside else good)
        assert reason not in providers.check(token, inputs)[1].get(f"{where}[0]" if inside else where, "")


@pytest.mark.parametrize(("token", "path", "most"), LENGTHS)
def test_too_long(providers: Providers, token: str, path: str, most: int) -> None:
    shape, sample = inputs_of(TYPES[token]), SAMPLES[token]["inputs"]
    leaf, inside = scalar(found(shape, path))

    def failure(length: int) -> str:
        value = [something(leaf)] * length if inside else "x" * length
        inputs, where = placed(shape, sample, path, value)
        return providers.check(token, inputs)[1].get(where, "")

    assert f"at most {most} " in failure(most + 1)
    assert f"at most {most} " not in failure(most)


@groups("one_of")
def test_exactly_one_of_a_group(providers: Providers, token: str, group: tuple[str, ...]) -> None:
    assert "exactly one of" in failure(providers, token, group, given=0)
    assert "exactly one of" not in failure(providers, token, group, given=1)
    assert "exactly one of" in failure(providers, token, group, given=2)


@groups("any_of")
def test_at_least_one_of_a_group(providers: Providers, token: str, group: tuple[str, ...]) -> None:
    properties = TYPES[token].table.properties
    # What has a default is always given: such a group is not on the page.
    met = any(path in properties and properties[path].default is not UNSET for path in group)
    assert ("at least one of" in failure(providers, token, group, given=0)) is not met
    assert "at least one of" not in failure(providers, token, group, given=1)
    assert "at least one of" not in failure(providers, token, group, given=2)


@groups("conflicts")
def test_two_that_exclude_each_other(providers: Providers, token: str, group: tuple[str, ...]) -> None:
    assert f"conflicts with {group[1]}" not in failure(providers, token, group, given=1)
    assert f"conflicts with {group[1]}" in failure(providers, token, group, given=2)


@groups("needs")
def test_one_that_needs_another(providers: Providers, token: str, group: tuple[str, ...]) -> None:
    assert f"needs {group[1]} too" in failure(providers, token, group, given=1)
    assert f"needs {group[1]} too" not in failure(providers, token, group, given=2)


def failure(providers: Providers, token: str, group: tuple[str, ...], given: int) -> str:
    """What is said of the first of a group where so many of it are given."""
    shape, inputs = inputs_of(TYPES[token]), SAMPLES[token]["inputs"]
    for path in group:
        inputs, _ = placed(shape, inputs, path, MISSING)
    where = ""
    for path in group[:given]:
        inputs, _ = placed(shape, inputs, path, something(found(shape, path), 2))
    _, where = placed(shape, inputs, group[0], MISSING)
    return providers.check(token, inputs)[1].get(where, "")


@every_type
def test_required_properties_at_every_depth(providers: Providers, token: str) -> None:
    shape, sample = inputs_of(TYPES[token]), SAMPLES[token]["inputs"]
    for name in sorted(shape.required):
        assert providers.check(token, changed(sample, {name: None}))[1][name] == "required, but not given"
    for path, inner in objects(shape):
        listed = found(shape, path).kind == "list"
        inputs, where = placed(shape, sample, path, [NOTHING] if listed else NOTHING)
        failures = providers.check(token, inputs)[1]
        at = f"{where}[0]" if listed else where
        assert [name for name in inner.required if failures.get(f"{at}.{name}") != "required, but not given"] == []


def objects(shape: Shape, prefix: str = "", known: set[type] | None = None) -> Iterator[tuple[str, Shape]]:
    """Where objects with required properties may stand, each of the SDK's classes once."""
    known = set() if known is None else known
    for name, inner in shape.properties.items():
        path = f"{prefix}.{name}" if prefix else name
        inner = (inner.element or inner) if inner.kind == "list" else inner
        if inner.arguments and inner.arguments not in known:
            known.add(inner.arguments)
            if inner.required:
                yield path, inner
            yield from objects(inner, path, known)


@every_type
def test_properties_that_there_are_not_and_wrong_types(providers: Providers, token: str) -> None:
    shape, sample = inputs_of(TYPES[token]), SAMPLES[token]["inputs"]
    assert "no such property" in providers.check(token, {**sample, "colour": "red"})[1]["colour"]

    wrong = {name: "text" if it.kind in ("object", "list", "map") else NOTHING for name, it in shape.properties.items()}
    wrong = {name: value for name, value in wrong.items() if shape.properties[name].kind != "any"}
    failures = providers.check(token, wrong)[1]
    assert [name for name in wrong if "expected a" not in failures.get(name, "")] == []


@every_type
def test_rules_in_code(providers: Providers, token: str) -> None:
    """What a type's own check says must hold: at least one sample breaks it."""
    samples = refusals(TYPES[token], "check")
    assert bool(samples) == bool(TYPES[token].check), "give `refused` samples with `by: check` (the default)"
    for sample in samples:
        inputs = changed(SAMPLES[token]["inputs"], sample["inputs"])
        assert sample["reason"] in providers.check(token, inputs)[1].get(sample["property"], "nothing"), sample


def refusals(resource: ResourceType, by: str) -> list[dict[str, Any]]:
    return [it for it in SAMPLES.get(resource.token, {}).get("refused", ()) if it.get("by", "check") == by]


@pytest.mark.parametrize("token", [token for token in sorted(TYPES) if TYPES[token].labels])
def test_labels(providers: Providers, token: str) -> None:
    labels, sample = TYPES[token].labels, SAMPLES[token]["inputs"]
    for key, value in (("Team", "core"), ("team", "Core"), ("1", "core")):
        assert "must match" in providers.check(token, {**sample, labels: {key: value}})[1][f"{labels}.{key}"]
    many = {f"l{number}": "" for number in range(65)}
    assert "at most 64 labels" in providers.check(token, {**sample, labels: many})[1][labels]
