"""A stack's state file: Pulumi's checkpoint, version 3, or 4 where a resource uses a later feature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.engine import urns
from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.resource import Resource, Sealer, dump, load
from sandbox.engine.urns import ROOT_TYPE, ProviderRef
from sandbox.values import Properties

ENGINE_VERSION = "v3.260.0"
"""The version of Pulumi whose states these are; the manifest names it."""

JOURNAL_OPEN = "slipway-journal-open"
"""Feature named in a checkpoint while a journal beside it holds what it lacks: the Pulumi CLI refuses to go on from it."""

_KNOWN = frozenset({JOURNAL_OPEN, "refreshBeforeUpdate", "taint", "replaceWith"})


@dataclass(frozen=True)
class Operation:
    """Something that was under way when the state was written; `kind` is creating, updating, deleting, reading..."""

    resource: Resource
    kind: str


@dataclass(frozen=True)
class Checkpoint:
    """A state as read: resources in order, interrupted operations, the salt of its secrets (empty if it has none).

    `folded` means that a killed run's journal was added to what the file says; `raw` is the file.
    """

    stack: str
    resources: tuple[Resource, ...] = ()
    pending: tuple[Operation, ...] = ()
    salt: str = ""
    journal_open: bool = False
    folded: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outputs(self) -> Properties:
        """The stack's outputs, secrets still marked."""
        for resource in self.resources:
            if resource.type == ROOT_TYPE and not resource.delete:
                return resource.outputs
        return {}


def timestamp() -> str:
    """Now, as Go prints it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def salt_of(document: Mapping[str, Any]) -> str:
    """The salt in a state file, empty if it has no secrets provider. Raises Unsupported for any but passphrase."""
    latest = document.get("checkpoint", {}).get("latest") or {}
    provider = latest.get("secrets_providers")
    if not provider or not provider.get("type"):
        return ""
    if provider["type"] != "passphrase":
        raise Unsupported(f"the secrets provider {provider['type']!r}")
    return str(provider["state"]["salt"])


def parse(document: Mapping[str, Any], sealer: Sealer) -> Checkpoint:
    """The checkpoint in a state file. Raises EngineError for a version or feature that it does not know."""
    version = document.get("version")
    features = frozenset(document.get("features") or ())
    if version not in (3, 4):
        raise EngineError("", f"cannot read a state of version {version}; versions 3 and 4 are known")
    if unknown := sorted(features - _KNOWN):
        raise Unsupported(f"states with {', '.join(unknown)}")
    body = document["checkpoint"]
    latest = body.get("latest") or {}
    return Checkpoint(
        stack=body.get("stack", ""),
        resources=tuple(load(item, sealer) for item in latest.get("resources") or ()),
        pending=tuple(
            Operation(load(item["resource"], sealer), item["type"]) for item in latest.get("pending_operations") or ()
        ),
        salt=salt_of(document),
        journal_open=JOURNAL_OPEN in features,
        raw=document,
    )


def render(
    stack: str,
    resources: Iterable[tuple[Resource, Mapping[str, Any] | None]],
    pending: Iterable[Operation],
    sealer: Sealer,
    salt: str,
) -> dict[str, Any]:
    """The state file's content. A resource comes with its own rendering where that is at hand already."""
    features: set[str] = set()
    rendered: list[Mapping[str, Any]] = []
    for resource, ready in resources:
        features.update(resource.features())
        rendered.append(ready if ready is not None else dump(resource, sealer))
    magic = hashlib.sha256(ENGINE_VERSION.encode()).hexdigest()
    latest: dict[str, Any] = {"manifest": {"time": timestamp(), "magic": magic, "version": ENGINE_VERSION}}
    if salt:
        latest["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    if rendered:
        latest["resources"] = rendered
    if operations := [{"resource": dump(item.resource, sealer), "type": item.kind} for item in pending]:
        latest["pending_operations"] = operations
    latest["metadata"] = dict[str, Any]()
    document: dict[str, Any] = {"version": 4 if features else 3}
    if features:
        document["features"] = sorted(features)
    document["checkpoint"] = {"stack": stack, "latest": latest}
    return document


def to_text(document: Mapping[str, Any]) -> str:
    """The file as Pulumi lays it out: all on one line."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """The resources with everything that one needs before it, otherwise in the order given."""
    items = list(resources)
    by_urn: dict[str, list[int]] = {}
    by_reference: dict[ProviderRef, int] = {}
    for index, item in enumerate(items):
        by_urn.setdefault(item.urn, []).append(index)
        by_reference[ProviderRef(item.urn, item.id)] = index
    done = [False] * len(items)
    ordered: list[Resource] = []

    def needed(item: Resource) -> list[int]:
        found: list[int] = []
        if item.provider:
            provider = by_reference.get(ProviderRef.parse(item.provider))
            if provider is not None:
                found.append(provider)
        for urn in item.needs():
            found.extend(index for index in by_urn.get(urn, ()) if item.delete or not items[index].delete)
        return found

    for start in range(len(items)):
        stack = [start]
        open_: set[int] = set()
        while stack:
            index = stack[-1]
            if done[index]:
                stack.pop()
            elif index in open_:
                done[index] = True
                ordered.append(items[index])
                stack.pop()
            else:
                open_.add(index)
                stack.extend(i for i in reversed(needed(items[index])) if not done[i] and i not in open_)
    return ordered


def without_aliases(resources: Iterable[Resource]) -> list[Resource]:
    """The resources with references to URNs that were given up replaced by those that came instead.

    As NormalizeURNReferences in Pulumi's pkg/resource/deploy/snapshot.go. What the run did not come to has the URN of its
    place below a parent that moved, and where a property's dependencies are renamed, those without any lose their entry.
    """
    items = list(resources)
    renamed: dict[str, str] = {}
    for item in items:
        renamed.update({alias: item.urn for alias in item.aliases if alias != item.urn})
        if item.parent in renamed:
            renamed[item.urn] = urns.moved(item.urn, renamed[item.parent])
    if not renamed:
        return items

    def new(urn: str) -> str:
        return renamed.get(urn, urn)

    out = []
    for item in items:
        provider = item.provider
        if provider:
            reference = ProviderRef.parse(provider)
            provider = str(ProviderRef(new(reference.urn), reference.id))
        by_property = {key: tuple(map(new, needed)) for key, needed in item.property_dependencies.items()}
        if by_property != item.property_dependencies:
            by_property = {key: needed for key, needed in by_property.items() if needed}
        out.append(
            replace(
                item,
                urn=new(item.urn),
                parent=new(item.parent),
                dependencies=tuple(new(urn) for urn in item.dependencies),
                property_dependencies=by_property,
                provider=provider,
                deleted_with=new(item.deleted_with),
                replace_with=tuple(new(urn) for urn in item.replace_with),
                aliases=(),
            )
        )
    return out
