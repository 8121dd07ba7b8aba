"""The samples of every emulated type, and ways to vary them property by property."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.clouds.gcp.catalogue import TYPES as GOOGLE
from sandbox.clouds.gcp.resource import ResourceType, Rule
from sandbox.clouds.gcp.shapes import Shape
from sandbox.clouds.github.catalogue import TYPES as GITHUB

FILE = Path(__file__).parents[1] / "replacement_samples.yaml"
SAMPLES: dict[str, dict[str, Any]] = yaml.load(FILE.read_text(), yaml.CSafeLoader)
ALL: dict[str, ResourceType] = {**GOOGLE, **GITHUB}
"""The types that are declared in tables."""
TYPES: dict[str, ResourceType] = {token: ALL[token] for token in sorted(ALL) if token in SAMPLES}
"""Those that have a sample; one test sees to it that this is all of them."""
MISSING = object()
NOTHING: dict[str, Any] = {}


def changed(inputs: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with properties set to other values; None leaves one out."""
    result = copy.deepcopy(dict(inputs))
    for path, value in changes.items():
        *way, last = steps(path)
        holder: Any = result
        for step in way:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if value is not None:
            holder[last] = copy.deepcopy(value)
        elif not isinstance(holder, dict):
            del holder[last]
        else:
            holder.pop(last, None)
    return result


def steps(path: str) -> list[str | int]:
    """`spec.ports[0].port` as its keys and indices."""
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]


def placed(shape: Shape, inputs: Mapping[str, Any], path: str, value: Any) -> tuple[dict[str, Any], str]:
    """The inputs with a value at a rule's path, and the path with its indices. What it stands in is made as needed.

    MISSING takes the value away and leaves what it stands in.
    """
    result = copy.deepcopy(dict(inputs))
    holder: Any = result
    where = ""
    *way, last = path.split(".")
    for key in way:
        shape, where = shape.properties[key], f"{where}.{key}" if where else key
        if shape.kind == "list":
            assert shape.element
            shape, where = shape.element, f"{where}[0]"
            if not holder.get(key):
                holder[key] = [{}]
            holder = holder[key][0]
        else:
            holder = holder.setdefault(key, {})
    where = f"{where}.{last}" if where else last
    if value is MISSING:
        holder.pop(last, None)
    else:
        holder[last] = value
    return result, where


def found(shape: Shape, path: str) -> Shape:
    """The shape of what a rule's path leads to; of a list's elements where the path goes on."""
    for key in path.split("."):
        shape = (shape.element or shape) if shape.kind == "list" else shape
        shape = shape.properties[key]
    return shape


def something(shape: Shape, number: int = 1) -> Any:
    """A value of the shape, another one for another number."""
    match shape.kind:
        case "object":
            return dict(NOTHING)
        case "list":
            return [something(shape.element or Shape("any"), number)]
        case "map":
            return {"key": something(shape.element or Shape("any"), number)}
        case "boolean":
            return number > 1
        case "integer" | "number":
            return number
    return ("one", "two")[number - 1]


def scalar(shape: Shape) -> tuple[Shape, bool]:
    """The shape that enumerations, patterns and bounds speak of, and whether it stands in a list."""
    return (shape.element, True) if shape.kind == "list" and shape.element else (shape, False)


@cache
def unmatched(pattern: str) -> str:
    """A text that the pattern does not match."""
    candidates = ["~", "", "two words", "x" * 300, "/", "\n"]
    return next(text for text in candidates if not re.fullmatch(pattern, text))


def violations(rule: Rule) -> list[tuple[str, Any, Any, str]]:
    """Of every restriction in a rule: its name, a value that it refuses, one that it allows, the words of a refusal.

    MISSING where no allowed value can be told from the rule.
    """
    rows: list[tuple[str, Any, Any, str]] = []
    if rule.values:
        rows += [("values", "no-such", one, f"write one of {', '.join(rule.values)}") for one in rule.values]
    if rule.pattern:
        rows.append(("pattern", unmatched(rule.pattern), MISSING, f"must match {rule.pattern}"))
    if rule.low is not None:
        rows.append(("low", rule.low - 1, rule.low, f"below the least allowed value, {rule.low}"))
    if rule.high is not None:
        rows.append(("high", rule.high + 1, rule.high, f"above the largest allowed value, {rule.high}"))
    return rows
