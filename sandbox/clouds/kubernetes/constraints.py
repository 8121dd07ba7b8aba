"""What the API server asks of single fields beyond the published schemas: `constraints.yaml`, as keywords of JSON schema.

Four of its keywords are no standard ones: `is` names one of `field_rules.py`; `exactlyOneOf`, `atLeastOneOf` and
`atMostOneOf` list fields of an object. And of what the published schemas say of lists with keys
(`x-kubernetes-list-map-keys`), it is checked that no two elements have the same, which server-side apply refuses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sandbox.clouds.kubernetes import field_rules
from sandbox.values import has_unknowns

_FILE = Path(__file__).with_name("constraints.yaml")
_PREFIXES = {"intstr": "io.k8s.apimachinery.pkg.util.", "meta": "io.k8s.apimachinery.pkg.apis."}
INT32_MAX = 2**31 - 1
_INT32 = {"minimum": -(2**31), "maximum": INT32_MAX}
OWN_KEYWORDS = ("is", "exactlyOneOf", "atLeastOneOf", "atMostOneOf", "x-kubernetes-list-map-keys")
_KEYS_BY_DEFAULT = {"protocol": "TCP"}
"""What a key of a list's element is where it is left out."""


@functools.cache
def said() -> Mapping[str, Mapping[str, Any]]:
    """The constraints of each type that has some."""
    loaded: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _published() -> Mapping[str, Mapping[str, Any]]:
    """By the types' names in the published schemas."""
    return {_PREFIXES.get(name.partition(".")[0], "io.k8s.api.") + name: each for name, each in said().items()}


def constrain(name: str, schema: dict[str, Any]) -> None:
    """Put the constraints of a type into its schema, and the range of each 32-bit number."""
    _merge(schema, _published().get(name, {}))
    for field in schema.get("properties", {}).values():
        if field.get("format") == "int32":
            for keyword, bound in _INT32.items():
                field.setdefault(keyword, bound)


def _merge(schema: dict[str, Any], asked: Mapping[str, Any]) -> None:
    for keyword, value in asked.items():
        if isinstance(value, Mapping) and isinstance(schema.get(keyword), dict):
            _merge(schema[keyword], value)
        elif keyword == "required":
            schema[keyword] = [*schema.get(keyword, ()), *value]
        else:
            schema[keyword] = value


def broken_rule(name: str, value: Any) -> str | None:
    """What breaks the rule of this name, as the API server says it. A value of another type breaks none."""
    return field_rules.RULES[name](value)


def same_keys(keys: Sequence[str], value: Any) -> str | None:
    """What is wrong with the elements of a list that has keys."""
    seen = set()
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if item is None:
            return f"element {index}: associative list with keys may not have a null element"
        key = tuple(item.get(name, _KEYS_BY_DEFAULT.get(name)) for name in keys) if isinstance(item, Mapping) else None
        if key is None or has_unknowns(list(key)):
            continue
        if repr(key) in seen:
            told = ",".join(f"{name}={part!r}" for name, part in zip(keys, key, strict=True))
            return f"duplicate entries for key [{told}]"
        seen.add(repr(key))
    return None


def given(names: Sequence[str], value: Any) -> list[str]:
    """Which of these fields an object has."""
    return [name for name in names if value.get(name) not in (None, [])]


def keywords(validation_error: type[Exception]) -> dict[str, Callable[..., Iterator[Exception]]]:
    """The keywords that are no standard ones, as `jsonschema` wants them; the errors say all that the API server does."""

    def rule(validator: Any, name: str, value: Any, schema: Any) -> Iterator[Exception]:
        problem = broken_rule(name, value)
        if problem and isinstance(value, dict):
            yield validation_error(f"Invalid value: {problem}")
        elif problem:
            yield validation_error(
                f"Required value: {problem}" if value == "" else f'Invalid value: "{value}": {problem}'
            )

    def at_least_one(validator: Any, names: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if isinstance(value, dict) and not given(names, value):
            listed = ", ".join(f"`{name}`" for name in names)
            yield validation_error(f"Required value: must specify one of: {listed}")

    def at_most_one(validator: Any, names: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if isinstance(value, dict) and len(found := given(names, value)) > 1:
            yield validation_error(f"Forbidden: may not have more than one of {', '.join(found)}")

    def exactly_one(*asked: Any) -> Iterator[Exception]:
        yield from at_least_one(*asked)
        yield from at_most_one(*asked)

    def keyed(validator: Any, keys: list[str], value: Any, schema: Any) -> Iterator[Exception]:
        if problem := same_keys(keys, value):
            yield validation_error(f"Invalid value: {problem}")

    return {
        "is": rule,
        "exactlyOneOf": exactly_one,
        "atLeastOneOf": at_least_one,
        "atMostOneOf": at_most_one,
        "x-kubernetes-list-map-keys": keyed,
    }
