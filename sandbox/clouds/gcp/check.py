"""Check: validate a program's inputs, fill in defaults, give a name.

Defaults are those that the real provider writes into the checked inputs. Like it, every object gets a `__defaults`
list of the properties that the program did not set, by which the next Check tells a generated name from a given one.
Unknown values pass every test: they are tested when they are known.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import replace
from typing import Any

from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.resource import UNSET, AutoName, Properties, ResourceType, Rule
from sandbox.clouds.gcp.shapes import Shape, inputs_of
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import is_unknown

DEFAULTS = "__defaults"
_NONE = Rule()
_SUFFIX = 7


def check(
    resource: ResourceType, urn: str, olds: Properties, news: Properties, seed: bytes
) -> tuple[Properties, list[CheckFailure]]:
    """The completed inputs and what is wrong with them."""
    shape = inputs_of(resource)
    failures: list[CheckFailure] = []
    inputs = {key: value for key, value in news.items() if value is not None and not key.startswith("__")}
    defaulted: list[str] = []
    if resource.autoname and resource.autoname.property not in inputs:
        try:
            inputs[resource.autoname.property] = _name(resource.autoname, urn, olds, seed)
            defaulted.append(resource.autoname.property)
        except ValueError as error:
            failures.append(CheckFailure(resource.autoname.property, str(error)))
    excluded = _excluded(resource, inputs)
    completed = _complete(resource, shape, inputs, "", defaulted, excluded)
    _validate(resource, shape, completed, "", "", failures)
    failures += _groups(resource, completed)
    if resource.check and not failures:
        failures += [CheckFailure(path, reason) for path, reason in resource.check(completed)]
    return completed, failures


def _name(auto: AutoName, urn: str, olds: Properties, seed: bytes) -> str:
    """The old generated name, or a new one. The same seed gives the same name."""
    old = olds.get(auto.property)
    if isinstance(old, str) and (DEFAULTS not in olds or auto.property in olds[DEFAULTS]):
        return old
    name = urn.rsplit("::", 1)[-1]
    digits = (hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(_SUFFIX))[:_SUFFIX]
    if len(name) + 1 + _SUFFIX > auto.limit:
        raise ValueError(
            f"the resource name {name!r} plus a dash and {_SUFFIX} random characters is longer than {auto.limit};"
            f" shorten it or set {auto.property}"
        )
    return f"{name.lower() if auto.lower else name}-{digits}"


def _complete(
    resource: ResourceType, shape: Shape, value: Any, path: str, defaulted: list[str], excluded: frozenset[str]
) -> Any:
    """The value with defaults and `__defaults` lists, at any depth. Wrong types are left for validation."""
    if shape.kind == "list" and isinstance(value, list) and shape.element:
        return [_complete(resource, shape.element, item, path, [], excluded) for item in value]
    if shape.kind != "object" or not isinstance(value, dict):
        return value
    made: Properties = {}
    for key, item in value.items():
        if item is None or key.startswith("__"):
            continue
        inner = shape.properties.get(key)
        made[key] = _complete(resource, inner, item, _join(path, key), [], excluded) if inner else item
    # Under `ignoreChanges` the engine hands back what an earlier Check completed: its defaults are still defaults.
    defaulted += [key for key in value.get(DEFAULTS, ()) if key in made and key not in defaulted]
    for key in shape.properties:
        where = _join(path, key)
        default = resource.table.properties.get(where, _NONE).default
        if default is not UNSET and key not in made and where not in excluded:
            made[key] = default
            defaulted.append(key)
    made[DEFAULTS] = sorted(defaulted)
    return made


def _excluded(resource: ResourceType, inputs: Properties) -> frozenset[str]:
    """Paths that get no default because something given excludes them."""
    paths = set()
    for pair in resource.table.conflicts:
        for mine, other in (pair, pair[::-1]):
            if given(inputs, other):
                paths.add(mine)
    for group in resource.table.one_of:
        if any(given(inputs, path) for path in group):
            paths.update(group)
    return frozenset(paths)


def _validate(
    resource: ResourceType, shape: Shape, value: Any, path: str, rule_path: str, failures: list[CheckFailure]
) -> None:
    if value is None or is_unknown(value):
        return
    rule = resource.table.properties.get(rule_path, _NONE)
    if shape.kind == "object":
        if not isinstance(value, dict):
            failures.append(CheckFailure(path, f"expected an object, got {_kind(value)}"))
            return
        for key, item in value.items():
            inner = shape.properties.get(key)
            if inner:
                _validate(resource, inner, item, _join(path, key), _join(rule_path, key), failures)
            elif key != DEFAULTS:
                known = ", ".join(sorted(shape.properties))
                failures.append(CheckFailure(_join(path, key), f"no such property; there are {known}"))
        for key in sorted(shape.required - value.keys()):
            failures.append(CheckFailure(_join(path, key), "required, but not given"))
    elif shape.kind == "list":
        if not isinstance(value, list):
            failures.append(CheckFailure(path, f"expected a list, got {_kind(value)}"))
            return
        if rule.length is not None and len(value) > rule.length:
            failures.append(CheckFailure(path, f"at most {rule.length} elements, got {len(value)}"))
        for index, item in enumerate(value):
            where = f"{path}[{index}]"
            if item is None:
                failures.append(CheckFailure(where, "null values are not allowed in a list"))
            elif shape.element and shape.element.kind in ("object", "list", "map"):
                _validate(resource, shape.element, item, where, rule_path, failures)
            elif shape.element and not is_unknown(item):
                # The bound is on how many there are.
                problem = _scalar(shape.element.kind, replace(rule, length=None), item)
                failures += [CheckFailure(where, problem)] if problem else []
    elif shape.kind == "map":
        if not isinstance(value, dict):
            failures.append(CheckFailure(path, f"expected a map, got {_kind(value)}"))
            return
        for key, item in value.items():
            if shape.element:
                _validate(resource, shape.element, item, f"{path}.{key}", f"{rule_path}.*", failures)
    else:
        problem = _scalar(shape.kind, rule, value)
        if problem:
            failures.append(CheckFailure(path, problem))


def _scalar(kind: str, rule: Rule, value: Any) -> str | None:
    """What is wrong with one scalar. As in the real provider a number passes as text and the other way round."""
    if isinstance(value, (dict, list)):
        return f"expected a {kind}, got {_kind(value)}"
    if kind == "boolean":
        return (
            None if isinstance(value, bool) or value in ("true", "false") else f"expected true or false, got {value!r}"
        )
    if kind in ("integer", "number"):
        number = _number(value)
        if number is None or (kind == "integer" and not number.is_integer()):
            return f"expected a{'n' if kind == 'integer' else ''} {kind}, got {value!r}"
        if rule.low is not None and number < rule.low:
            return f"{value} is below the least allowed value, {rule.low}"
        if rule.high is not None and number > rule.high:
            return f"{value} is above the largest allowed value, {rule.high}"
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if rule.values and text and text not in rule.values and not (rule.fold and text.lower() in _lower(rule.values)):
        return f"{text!r} is not allowed; write one of {', '.join(rule.values)}"
    if rule.pattern and not re.fullmatch(rule.pattern, text):
        return f"{text!r} is not allowed; it must match {rule.pattern}"
    if rule.length is not None and len(text) > rule.length:
        return f"at most {rule.length} characters, got {len(text)}"
    return None


def _groups(resource: ResourceType, inputs: Properties) -> list[CheckFailure]:
    """What is wrong between properties. A group inside an object that is not given does not count.

    As in the real provider it is being given that counts, be the value false; what is unknown may turn out not given.
    """
    found = []
    for group in resource.table.one_of:
        count, unknown = sum(given(inputs, path) for path in group), any(_unknown(inputs, path) for path in group)
        if _inside(inputs, group[0]) and (count > 1 or (count == 0 and not unknown)):
            found.append(CheckFailure(group[0], f"exactly one of {', '.join(group)} must be given, got {count}"))
    for group in resource.table.any_of:
        if _inside(inputs, group[0]) and not any(given(inputs, path) or _unknown(inputs, path) for path in group):
            found.append(CheckFailure(group[0], f"at least one of {', '.join(group)} must be given"))
    for first, second in resource.table.conflicts:
        if given(inputs, first) and given(inputs, second):
            found.append(CheckFailure(first, f"conflicts with {second}; give only one of the two"))
    for first, second in resource.table.needs:
        if given(inputs, first) and not given(inputs, second) and not _unknown(inputs, second):
            found.append(CheckFailure(first, f"needs {second} too"))
    return found


def given(inputs: Properties, path: str) -> bool:
    """Whether there is a known value at the path; an empty list counts as none."""
    value = at(inputs, path)
    return value is not None and value != [] and not is_unknown(value)


def _unknown(inputs: Properties, path: str) -> bool:
    """Whether the value at the path, or an object around it, is not known yet."""
    keys = path.split(".")
    return any(is_unknown(at(inputs, ".".join(keys[: length + 1]))) for length in range(len(keys)))


def _inside(inputs: Properties, path: str) -> bool:
    """Whether the object that holds the path is there and known."""
    outer = path.rpartition(".")[0]
    return not outer or isinstance(at(inputs, outer), dict)


def _lower(values: tuple[str, ...]) -> set[str]:
    return {value.lower() for value in values}


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "text", bool: "true or false"}.get(type(value), "a number")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
