"""Every key that a file may have, as its schema says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Part = str | int
Path = tuple[Part, ...]

ANY = "*"
"""In a path: a key of a map whose keys are the team's own."""

DEEPEST = 12


def keys(schema: Mapping[str, Any]) -> list[Path]:
    """The path of every key, of every entry of its maps and of the first element of its lists; none twice."""
    return list(dict.fromkeys(_below(schema, schema, ())))


def config_of(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The schema of a stack's file as it is for one kind of stack."""
    for each in schema["properties"]["config"]["allOf"]:
        if kind in each["if"]["properties"]["slipway:kind"].values():
            return {**schema, "properties": {**schema["properties"], "config": each["then"]}}
    raise LookupError(kind)


def _below(root: Mapping[str, Any], schema: Any, path: Path) -> Iterator[Path]:
    if not isinstance(schema, Mapping) or len(path) > DEEPEST:
        return
    if "$ref" in schema:
        found: Any = root
        for word in schema["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        yield from _below(root, found, path)
    for name, each in schema.get("properties", {}).items():
        yield (*path, name)
        yield from _below(root, each, (*path, name))
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        yield (*path, ANY)
        yield from _below(root, inner, (*path, ANY))
    for each in (schema.get("items"), *schema.get("prefixItems", ())):
        if each is not None:
            yield (*path, 0)
            yield from _below(root, each, (*path, 0))
    for word in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(word, ()):
            yield from _below(root, each, path)
