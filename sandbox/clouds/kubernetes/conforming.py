"""Whether a value conforms to a JSON schema, told quickly.

What is wrong with a value that does not is for `jsonschema` to say, which takes ten times as long. Hence one answer is not
needed here: False means that it does not conform, or that it cannot be told, as with a keyword that is not known here.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.clouds.kubernetes import constraints
from sandbox.values import has_unknowns

Schema: TypeAlias = Mapping[str, Any]
Conforms: TypeAlias = Callable[[Any], bool]

_TYPES: Mapping[str, Conforms] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _number(value) and (isinstance(value, int) or value.is_integer()),
    "null": lambda value: value is None,
    "number": lambda value: _number(value),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
_OF_OBJECTS = ("properties", "additionalProperties", "required")
_SILENT = ("$defs", "$id", "$schema", "description", "format")
"""Keywords that refuse nothing, as those that begin with `x-`."""


class Conformity:
    """Schemas of one document, which may refer to each other and to those of another document. `nulls`: where null stands for
    nothing, as it does in Kubernetes' own types."""

    def __init__(self, document: Schema, other: Conformity | None = None, *, nulls: bool = False) -> None:
        self._document = document
        self._other = other
        self._nulls = nulls
        self._known: dict[str, Conforms] = {}
        self._referred: set[str] = set()

    def of(self, schema: Schema) -> Conforms:
        """What tells whether a value conforms. One that is not yet known does, whatever is asked of it."""
        tests: list[Conforms] = []
        for keyword, said in schema.items():
            if keyword in _MAKERS:
                tests.append(_MAKERS[keyword](self, said))
            elif not (keyword in _SILENT or keyword in _OF_OBJECTS or keyword.startswith("x-")):
                return lambda value: False
        if any(keyword in schema for keyword in _OF_OBJECTS):
            tests.append(self._object(schema))

        def conforms(value: Any) -> bool:
            for test in tests:
                if not test(value):
                    return isinstance(value, str) and has_unknowns(value)
            return True

        return tests[0] if len(tests) == 1 and "$ref" in schema else conforms

    def _object(self, schema: Schema) -> Conforms:
        named = {name: self.of(item) for name, item in schema.get("properties", {}).items()}
        others = schema.get("additionalProperties", True)
        rest = self.of(others) if isinstance(others, Mapping) else (lambda value: bool(others))
        required, nulls = schema.get("required", ()), self._nulls

        def conforms(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            for name, item in value.items():
                if not (named.get(name, rest)(item) or (nulls and item is None)):
                    return False
            return all((value.get(name) is not None) if nulls else (name in value) for name in required)

        return conforms

    def _items(self, schema: Schema) -> Conforms:
        conforms = self.of(schema)
        return lambda value: not isinstance(value, list) or all(map(conforms, value))

    def _names(self, schema: Schema) -> Conforms:
        conforms = self.of(schema)
        return lambda value: not isinstance(value, dict) or all(map(conforms, value))

    def _ref(self, reference: str) -> Conforms:
        """Made when it is first needed: schemas refer to themselves."""
        address, _, pointer = reference.partition("#/")
        if address:
            return self._other._ref(f"#/{pointer}") if self._other else lambda value: False
        known = self._known
        self._referred.add(pointer)

        def conforms(value: Any) -> bool:
            if pointer not in known:
                self._make(pointer)
            return known[pointer](value)

        return conforms

    def _make(self, pointer: str) -> None:
        self._known[pointer] = self.of(functools.reduce(operator.getitem, pointer.split("/"), self._document))

    def finish(self) -> None:
        """Make all that is referred to, which is made when it is first needed otherwise."""
        while missing := self._referred - self._known.keys():
            for pointer in missing:
                self._make(pointer)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _type(names: str | list[str]) -> Conforms:
    tests = [_TYPES[name] for name in ([names] if isinstance(names, str) else names)]
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def _one_of(schemas: list[Schema]) -> Conforms:
    """Of alternatives that are types and nothing else: of these it can be told that a value is not among them."""
    if any(set(schema) != {"type"} for schema in schemas):
        return lambda value: False
    tests = [_type(schema["type"]) for schema in schemas]
    return lambda value: sum(test(value) for test in tests) == 1


def _enum(values: list[Any]) -> Conforms:
    allowed = [value for value in values if isinstance(value, str) or _number(value)]
    return lambda value: (isinstance(value, str) or _number(value)) and value in allowed


def _of(kind: type | tuple[type, ...], test: Conforms) -> Conforms:
    """A test of values of this type; all others pass."""
    return lambda value: not isinstance(value, kind) or isinstance(value, bool) or test(value)


def _together(needs: Mapping[str, list[str]]) -> Conforms:
    def conforms(value: Any) -> bool:
        return not isinstance(value, dict) or all(
            value.get(name) is None or len(constraints.given(others, value)) == len(others)
            for name, others in needs.items()
        )

    return conforms


_MAKERS: Mapping[str, Callable[[Conformity, Any], Conforms]] = {
    "$ref": lambda conformity, said: conformity._ref(said),
    "atLeastOneOf": lambda _, said: _of(dict, lambda value: len(constraints.given(said, value)) >= 1),
    "atMostOneOf": lambda _, said: _of(dict, lambda value: len(constraints.given(said, value)) <= 1),
    "dependentRequired": lambda _, said: _together(said),
    "enum": lambda _, said: _enum(said),
    "exactlyOneOf": lambda _, said: _of(dict, lambda value: len(constraints.given(said, value)) == 1),
    "is": lambda _, said: lambda value: constraints.broken_rule(said, value) is None,
    "items": lambda conformity, said: conformity._items(said),
    "maxItems": lambda _, said: _of(list, lambda value: len(value) <= said),
    "maxLength": lambda _, said: _of(str, lambda value: len(value) <= said),
    "maxProperties": lambda _, said: _of(dict, lambda value: len(value) <= said),
    "maximum": lambda _, said: _of((int, float), lambda value: value <= said),
    "minItems": lambda _, said: _of(list, lambda value: len(value) >= said),
    "minLength": lambda _, said: _of(str, lambda value: len(value) >= said),
    "minProperties": lambda _, said: _of(dict, lambda value: len(value) >= said),
    "minimum": lambda _, said: _of((int, float), lambda value: value >= said),
    "oneOf": lambda _, said: _one_of(said),
    "pattern": lambda _, said: _of(str, lambda value: re.search(said, value) is not None),
    "propertyNames": lambda conformity, said: conformity._names(said),
    "type": lambda _, said: _type(said),
    "x-kubernetes-list-map-keys": lambda _, said: lambda value: constraints.same_keys(said, value) is None,
}
