"""Diff: what an update would change, and which of it makes a new resource.

As the real provider does, checked inputs are compared with the state that the last read or write left, so what
somebody changed in the cloud shows after a refresh. A property that the program no longer sets is a change, unless the
cloud chooses its value then. Spellings that the cloud takes for equal are no change.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sandbox.clouds.gcp.check import DEFAULTS
from sandbox.clouds.gcp.links import same
from sandbox.clouds.gcp.resource import Properties, ResourceType, Rule
from sandbox.clouds.gcp.shapes import Shape, inputs_of
from sandbox.clouds.protocol import Diffed, Kind
from sandbox.values import is_unknown

DELETION_POLICY = "deletionPolicy"
"""Goes back to DELETE where the program no longer gives it (DefaultProviderDeletionPolicy)."""
_NONE = Rule()
_REPLACING = {
    Kind.ADD: Kind.ADD_REPLACE,
    Kind.DELETE: Kind.DELETE_REPLACE,
    Kind.UPDATE: Kind.UPDATE_REPLACE,
}


def diff(
    resource: ResourceType, old_inputs: Properties, outputs: Properties, news: Properties, ignored: Sequence[str]
) -> Diffed:
    """Compare. `ignored` are property paths as Pulumi writes them."""
    found = _Changes(resource)
    found.object(inputs_of(resource), old_inputs, outputs, news, "", "")
    equal = resource.same(outputs or old_inputs, news) if resource.same else []
    detailed = {path: kind for path, kind in found.detailed.items() if not _ignored(path, [*ignored, *equal])}
    for name in resource.replaces(outputs or old_inputs, news) if resource.replaces else []:
        detailed = {
            path: _REPLACING.get(kind, kind) if _top(path) == _top(name) else kind for path, kind in detailed.items()
        }
    replaces = sorted({_top(path) for path, kind in detailed.items() if kind.value.endswith("_REPLACE")})
    return Diffed(bool(detailed), replaces, detailed, bool(replaces) and _delete_first(resource, news))


def _delete_first(resource: ResourceType, news: Properties) -> bool:
    """A name that the program gave cannot be taken twice; a generated one can, by a new suffix."""
    if resource.delete_before_replace:
        return True
    auto = resource.autoname
    return auto is not None and auto.property in news and auto.property not in news.get(DEFAULTS, ())


class _Changes:
    """Collects changed paths while it walks inputs, state and new inputs together."""

    def __init__(self, resource: ResourceType) -> None:
        self._rules = resource.table.properties
        self.detailed: dict[str, Kind] = {}

    def object(
        self, shape: Shape, inputs: Properties, outputs: Properties, news: Properties, path: str, rule_path: str
    ) -> None:
        for key in sorted({*inputs, *news} - {DEFAULTS}):
            inner = shape.properties.get(key) or Shape("any")
            where, rule_where = _join(path, key), _join(rule_path, key)
            old = outputs[key] if key in outputs else inputs.get(key)
            self._value(inner, inputs.get(key), old, news.get(key), where, rule_where)

    def _value(self, shape: Shape, given: Any, old: Any, new: Any, path: str, rule_path: str) -> None:
        rule = self._rules.get(rule_path, _NONE)
        if is_unknown(new):
            self._found(path, rule, Kind.ADD if _empty(shape, old) else Kind.UPDATE)
        elif _empty(shape, new):
            if path == DELETION_POLICY and not _empty(shape, old) and old != "DELETE":
                self._found(path, rule, Kind.DELETE)
            elif not _empty(shape, given) and not _zero(given) and not rule.kept:
                self._nested(shape, given, old, None, path, rule_path, rule, Kind.DELETE)
        elif _empty(shape, old):
            if _zero(new) and not rule.kept:
                return
            self._nested(shape, None, None, new, path, rule_path, rule, Kind.ADD)
        elif shape.kind == "object" and isinstance(old, dict) and isinstance(new, dict):
            self.object(shape, given if isinstance(given, dict) else {}, old, new, path, rule_path)
        elif shape.kind == "map" and isinstance(old, dict) and isinstance(new, dict):
            self._map(given if isinstance(given, dict) else {}, old, new, path, rule)
        elif shape.kind == "list" and isinstance(old, list) and isinstance(new, list):
            self._list(shape, given, old, new, path, rule_path, rule)
        elif not _equal(rule, old, new):
            self._found(path, rule, Kind.UPDATE)

    def _nested(
        self, shape: Shape, given: Any, old: Any, new: Any, path: str, rule_path: str, rule: Rule, kind: Kind
    ) -> None:
        """Something came or went whole: it replaces if any part of it does."""
        value = given if kind is Kind.DELETE else new
        self._found(path, rule, kind)
        if not rule.replace and self._replaces_inside(shape, value, rule_path):
            self.detailed[path] = _REPLACING[kind]

    def _replaces_inside(self, shape: Shape, value: Any, rule_path: str) -> bool:
        if shape.kind == "list" and isinstance(value, list) and shape.element:
            return any(self._replaces_inside(shape.element, item, rule_path) for item in value)
        if shape.kind != "object" or not isinstance(value, dict):
            return False
        for key in value.keys() & shape.properties.keys():
            where = _join(rule_path, key)
            if self._rules.get(where, _NONE).replace and not _empty(shape.properties[key], value[key]):
                return True
            if self._replaces_inside(shape.properties[key], value[key], where):
                return True
        return False

    def _map(self, given: Properties, old: Properties, new: Properties, path: str, rule: Rule) -> None:
        for key in sorted({*given, *new}):
            where = f"{path}.{key}"
            if key not in new:
                self._found(where, rule, Kind.DELETE)
            elif key not in old:
                self._found(where, rule, Kind.ADD)
            elif is_unknown(new[key]) or not _equal(rule, old[key], new[key]):
                self._found(where, rule, Kind.UPDATE)

    def _list(
        self, shape: Shape, given: Any, old: list[Any], new: list[Any], path: str, rule_path: str, rule: Rule
    ) -> None:
        element = shape.element or Shape("any")
        inputs = given if isinstance(given, list) else []
        if rule.unordered:
            before = inputs if element.kind == "object" and inputs else old
            if len(old) <= len(before) and sorted(map(_canonical, before)) == sorted(map(_canonical, new)):
                return
            if element.kind != "object":
                self._found(path, rule, Kind.UPDATE)
                return
        for index in range(max(len(new), len(old))):
            where = f"{path}[{index}]"
            if index >= len(new):
                if not rule.kept or index < len(inputs):
                    self._nested(element, old[index], None, None, where, rule_path, rule, Kind.DELETE)
            elif index >= len(old):
                self._nested(element, None, None, new[index], where, rule_path, rule, Kind.ADD)
            else:
                mine = inputs[index] if index < len(inputs) else None
                self._value(element, mine, old[index], new[index], where, rule_path)

    def _found(self, path: str, rule: Rule, kind: Kind) -> None:
        self.detailed[path] = _REPLACING[kind] if rule.replace else kind


def _equal(rule: Rule, old: Any, new: Any) -> bool:
    if old == new:
        return True
    left, right = _text(old), _text(new)
    if left == right or (rule.fold and left.lower() == right.lower()):
        return True
    return rule.link and same(left, right)


def _text(value: Any) -> str:
    """A scalar as the cloud writes it: true and "true", 8 and "8" are the same to the real provider."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _empty(shape: Shape, value: Any) -> bool:
    """Whether the value says nothing. An empty object does say something: its block is there."""
    return value is None or value == [] or value == "" or (value == {} and shape.kind != "object")


def _zero(value: Any) -> bool:
    """False and 0 are what the cloud has where nothing was said."""
    return value is False or (isinstance(value, (int, float)) and value == 0)


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key != DEFAULTS}
    return json.dumps(value, sort_keys=True)


def _ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in ignored)


def _top(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
