"""Objects that are right but for one change, and which of them a real API server took.

`make test-cluster` compares the record with a real one; `make cluster-record` makes it anew.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

OBJECTS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("objects.yaml").read_text(encoding="utf-8"))
RECORD = Path(__file__).with_name("record.json")

Place = tuple[str | int, ...]

TEXTS = (
    *("", "a", "Upper", "a b", "-a", "a.", "é", "a/b", "a/b/c", "..", "/a", "0", "-1", "1.5m", "1Gi", "*", "$(X)"),
    *("a.b", "a_b", "A=b", "10.0.0.0/33", "10.0.0.0/8", "metadata.uid", "a" * 64, "a" * 300),
)
NUMBERS = (-1, 0, 1, 601, 65536, 2**31)
KEYS = ("a", "-a", "a/b", "a/b/c", "..", "")

_MAPS = frozenset(
    {
        *("annotations", "binaryData", "data", "default", "defaultRequest", "hard", "labels", "limits", "matchLabels"),
        *("max", "min", "nodeSelector", "parameters", "requests", "selector", "stringData"),
    }
)
"""Objects whose keys are anybody's: there null is a value, which is read as nothing of its type, and not the lack of one."""


def name(obj: Mapping[str, Any]) -> str:
    """Of an object, here."""
    return f"{obj['kind']} {obj['metadata']['name']}"


def changed(obj: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Where, what, and the object with that change."""
    for place in _places(obj):
        if place[:1] in (("apiVersion",), ("kind",)) or place in (
            ("metadata",),
            ("metadata", "name"),
            ("metadata", "namespace"),
        ):
            continue
        for what, value in _instead(_at(obj, place), place):
            found = copy.deepcopy(dict(obj))
            holder = _at(found, place[:-1])
            if value is _GONE:
                del holder[place[-1]]
            else:
                holder[place[-1]] = value
            yield ".".join(map(str, place)), what, found


def load(part: str = "taken") -> dict[str, dict[str, list[str]]]:
    """By object and place, the changes that were taken; or those that were taken in a new object only, as `fixed`."""
    found: dict[str, dict[str, list[str]]] = json.loads(RECORD.read_text(encoding="utf-8"))[part]
    return found


def taken(obj: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Of `changed`, what was taken."""
    record = load()[name(obj)]
    return ((place, what, found) for place, what, found in changed(obj) if what in record[place])


_GONE = object()


def _instead(value: Any, place: Place) -> Iterator[tuple[str, Any]]:
    yield "gone", _GONE
    in_map = len(place) > 1 and place[-2] in _MAPS and "matchExpressions" not in place
    if isinstance(place[-1], str) and not in_map:
        yield "null", None
    match value:
        case bool():
            yield from (("turned", not value), ("a text", "a"))
        case int():
            yield from ((str(number), number) for number in NUMBERS)
            yield "a text", "a"
        case str():
            yield from ((text if len(text) < 64 else f"{len(text)} characters", text) for text in TEXTS)
            yield from (("a number", 7), ("a list", ["a"]))
        case list():
            yield from (("empty", []), ("a text", "a"), ("twice", [*value, copy.deepcopy(value[0])]))
        case dict():
            yield from (("empty", {}), ("a text", "a"))
            yield from ((f"with {key or 'no key'}", {**value, key: "a"}) for key in KEYS)


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*at, key))


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value
