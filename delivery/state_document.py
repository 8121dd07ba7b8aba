"""What can be read from Pulumi's own state document (`pulumi stack export`, or a file backend's file) without any key."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from delivery.engines import HIDDEN, Kept
from sandbox.values import SECRET, SIGNATURE

ROOT = "pulumi:pulumi:Stack"
_FIRST = re.compile(r'"resources"\s*:\s*\[\s*(?=\{)')
_NEXT = re.compile(r"\s*,\s*(?=\{)")


def needs(*documents: Mapping[str, Any]) -> dict[str, set[str]]:
    """URN -> the URNs that it waits for: parent, dependencies and provider; several documents are taken together.

    The state before an update knows what was deleted by it, the state after it what was created.
    """
    found: dict[str, set[str]] = {}
    for document in documents:
        for resource in _resources(document):
            waits = found.setdefault(str(resource["urn"]), set())
            waits.update(resource.get("dependencies") or (), _used(resource))
            if parent := resource.get("parent"):
                waits.add(parent)
            if provider := resource.get("provider"):
                # A reference is "<urn>::<id>".
                waits.add(str(provider).rpartition("::")[0])
    for urn, waits in found.items():
        waits.discard(urn)
        waits.intersection_update(found)
    return found


def kept(document: Mapping[str, Any]) -> list[Kept]:
    """The resources in their order, without those that are only waiting to be deleted."""
    waits = needs(document)
    return [
        Kept(
            urn=str(resource["urn"]),
            type=str(resource["type"]),
            custom=bool(resource.get("custom")),
            id=str(resource.get("id") or ""),
            parent=str(resource.get("parent") or ""),
            protect=bool(resource.get("protect")),
            external=bool(resource.get("external")),
            inputs=_hidden(resource.get("inputs") or {}),
            outputs=_hidden(resource.get("outputs") or {}),
            needs=frozenset(waits[str(resource["urn"])]),
            uses=frozenset(_used(resource) & waits[str(resource["urn"])]),
            ignored=tuple(resource.get("ignoreChanges") or ()),
        )
        for resource in _resources(document)
        if not resource.get("delete")
    ]


def outputs(document: Mapping[str, Any]) -> dict[str, Any]:
    """The stack's exports. Deriving the key of its secrets would take a third of a second, so those stay hidden."""
    for resource in _resources(document):
        if resource.get("type") == ROOT and not resource.get("delete"):
            return {name: _hidden(value) for name, value in (resource.get("outputs") or {}).items()}
    return {}


def outputs_of(text: str) -> dict[str, Any]:
    """The same of a document that is not read yet: of a hundred stacks only as far as the stack itself, which stands among the
    first resources of each."""
    match, decoder = _FIRST.search(text), json.JSONDecoder()
    while match:
        resource, end = decoder.raw_decode(text, match.end())
        if resource.get("type") == ROOT and not resource.get("delete"):
            return {name: _hidden(value) for name, value in (resource.get("outputs") or {}).items()}
        match = _NEXT.match(text, end)
    return outputs(json.loads(text))


def _used(resource: Mapping[str, Any]) -> set[str]:
    return {urn for urns in (resource.get("propertyDependencies") or {}).values() for urn in urns or ()}


def _resources(document: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    deployment = document.get("checkpoint", document)
    deployment = deployment.get("latest", deployment.get("deployment", {})) or {}
    return deployment.get("resources") or ()


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return HIDDEN
        return {name: _hidden(item) for name, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list) else value
