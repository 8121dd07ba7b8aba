"""The emulated github provider: applies the declared types to the world."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any

from sandbox.clouds.gcp import check, diff, reading, values
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType
from sandbox.clouds.gcp.shapes import configuration
from sandbox.clouds.github.catalogue import IMPORTS, TYPES
from sandbox.clouds.github.ruleset import DEFAULT_BRANCH
from sandbox.clouds.protocol import (
    Checked,
    CheckFailure,
    CloudError,
    Created,
    Diffed,
    Invoked,
    ReadResult,
    Reason,
)
from sandbox.clouds.world import Entity, Snapshot, World
from sandbox.values import UNKNOWN, has_unknowns, secret

_NO_OWNER = "no owner: set github:owner in the stack's config, or the provider's `owner`"
_HIDDEN = "********"
"""What GitHub answers instead of a secret."""
_COLON = "??"
"""What stands for a colon within a part of an id (util.go)."""


class GitHubCloud:
    """`Cloud` for the package github. The version is the SDK's, as the engine demands at least that."""

    package = "github"
    version = importlib.metadata.version("pulumi_github")
    accepts_secrets = False

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners: dict[str, str] = {}

    def check_config(self, news: Properties) -> Sequence[CheckFailure]:
        known = configuration("github").properties
        return [
            CheckFailure(key, f"the github provider has no such configuration; there are {', '.join(sorted(known))}")
            for key in sorted(news)
            if key not in (*known, "version", "pluginDownloadURL") and not key.startswith("__")
        ]

    def diff_config(self, olds: Properties, news: Properties) -> Sequence[str]:
        """None, as the real provider: with another owner its resources are gone, and made anew after a refresh."""
        return []

    def configure(self, instance: str, inputs: Properties) -> None:
        """Of all that there is only the owner counts; the token goes nowhere."""
        self._owners[instance] = str(inputs.get("owner") or inputs.get("organization") or "")

    def check(self, instance: str, urn: str, type: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        inputs, failures = check.check(_type(type), urn, olds, news, seed)
        if not failures and not self._owners.get(instance):
            failures.append(CheckFailure("", _NO_OWNER))
        return Checked(inputs, failures)

    def diff(
        self,
        instance: str,
        urn: str,
        id: str,
        type: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str],
    ) -> Diffed:
        return diff.diff(_type(type), old_inputs, old_outputs, news, ignore_changes)

    def create(self, instance: str, urn: str, type: str, news: Properties, preview: bool, timeout: float) -> Created:
        resource = _type(type)
        if preview:
            return Created("", _marked(resource, {**dict.fromkeys(resource.computed, UNKNOWN), **_plain(news)}))
        with self._world.transaction() as tx:
            full = self._full(instance, resource, news, "")
            serial = tx.next(f"github/{full}")
            named = {key: text.replace(":", _COLON) for key, text in _named(news).items()}
            if resource.assigned:
                number = values.number(f"{full}{serial}", 9)
                full, named = f"{full}{number}", {**named, resource.assigned: number}
            id_ = resource.id.format_map(named)
            draft = Draft(tx, news, full, "", "", serial, tx.now(), {})
            made = tx.put(_entity(resource, draft, urn, id_))
        return Created(id_, _marked(resource, made.shown))

    def read(self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties) -> ReadResult:
        """An import is called as in `IMPORTS`, and learns no secret."""
        resource = _type(type)
        named = outputs or _parts(IMPORTS[type], id)
        with self._world.read() as tx:
            entity = self._find(tx, instance, resource, named.get(resource.assigned, id), named) if named else None
        if entity is None:
            return ReadResult("")
        found = entity.resource_id
        if outputs:
            shown = reading.outputs(resource, entity.shown, outputs)
            return ReadResult(found, _marked(resource, shown), reading.inputs(resource, inputs, shown))
        return ReadResult(found, *(_marked(resource, each, _HIDDEN) for each in (entity.shown, entity.inputs)))

    def update(
        self,
        instance: str,
        urn: str,
        id: str,
        type: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        preview: bool,
        timeout: float,
        ignore_changes: Sequence[str],
    ) -> Properties:
        resource = _type(type)
        if preview:
            kept = {key: old_outputs.get(key, UNKNOWN) for key in resource.computed}
            return _marked(resource, {**kept, **_plain(news)})
        with self._world.transaction() as tx:
            entity = self._find(tx, instance, resource, id, old_outputs)
            if entity is None:
                raise CloudError(
                    Reason.NOT_FOUND, f"{resource.kind} {id} no longer exists; run a refresh, then this again"
                )
            draft = Draft(tx, news, entity.id, "", "", 0, entity.created, entity.outputs)
            made = tx.put(_entity(resource, draft, urn, id))
        return _marked(resource, made.shown)

    def delete(
        self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties, timeout: float
    ) -> None:
        with self._world.transaction() as tx:
            resource = _type(type)
            entity = self._find(tx, instance, resource, id, outputs)
            if entity is not None:
                if resource.deleted:
                    resource.deleted(tx, entity)
                tx.delete("github", type, entity.id)

    def invoke(self, instance: str, token: str, args: Properties) -> Invoked:
        raise CloudError(Reason.UNSUPPORTED, f"the sandbox's github provider has no functions, so no {token}")

    def _find(
        self, tx: Snapshot, instance: str, resource: ResourceType, id: str, properties: Properties
    ) -> Entity | None:
        return tx.get("github", resource.token, self._full(instance, resource, properties, id))

    def _full(self, instance: str, resource: ResourceType, properties: Properties, id: str) -> str:
        """The full name in the world, of what has this id; a number that was assigned is the end of it."""
        number = id.rpartition(":")[2]
        named = {**_named(properties), "owner": self._owners.get(instance, ""), resource.assigned: number}
        return resource.identity.format_map(named)


def _named(properties: Properties) -> dict[str, str]:
    """What names are made of; a branch that is not given is the default one."""
    return {"branch": DEFAULT_BRANCH, **{key: it for key, it in properties.items() if isinstance(it, str) and it}}


def _parts(template: str, id: str) -> Properties:
    """The parts of an id that was made of a template; none where it was not."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^:]*)", re.escape(template))
    found = re.fullmatch(pattern, id)
    return {key: text.replace(_COLON, ":") for key, text in found.groupdict().items()} if found else {}


def _type(token: str) -> ResourceType:
    resource = TYPES.get(token)
    if resource is None:
        raise CloudError(
            Reason.UNSUPPORTED, f"type {token} is not emulated; docs/reference/sandbox-coverage.md lists what is"
        )
    return resource


def _entity(resource: ResourceType, draft: Draft, urn: str, id: str) -> Entity:
    """The thing as it will be. Raises CloudError where GitHub refuses it."""
    if resource.admit:
        resource.admit(draft)
    outputs = {**_plain(draft.inputs), **_plain(resource.outputs(draft)), "_id": id}
    return Entity("github", resource.token, draft.id, urn, "", draft.inputs, outputs, draft.created)


def _marked(resource: ResourceType, properties: Properties, instead: str = "") -> Properties:
    """With what is sensitive marked secret; an import sees `instead` of what GitHub keeps to itself."""
    out: Properties = {**properties}
    for path in resource.sensitive:
        outer, _, key = path.rpartition(".")
        holder = out.get(outer)
        if isinstance(holder, dict) and key in holder and not has_unknowns(holder[key]):
            hidden = instead if instead and key == "secret" else holder[key]
            out[outer] = {**holder, key: secret(hidden)}
    return out


def _plain(value: Any) -> Any:
    """Checked inputs without the `__defaults` lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != check.DEFAULTS}
    return [_plain(item) for item in value] if isinstance(value, list) else value
