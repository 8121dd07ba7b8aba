"""One resource as a state holds it: Pulumi's `ResourceV3`, with its properties decrypted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.engine.assets import serialized
from sandbox.engine.errors import Unsupported
from sandbox.engine.secrets import Crypter, compact_json
from sandbox.values import SECRET, SIGNATURE, Properties, Value, equal, secret

# Attribute and name in the file, in the order in which Go writes them. All but the first three are left out when empty.
_FIELDS = (
    ("delete", "delete"),
    ("id", "id"),
    ("type", "type"),
    ("inputs", "inputs"),
    ("outputs", "outputs"),
    ("parent", "parent"),
    ("protect", "protect"),
    ("taint", "taint"),
    ("external", "external"),
    ("dependencies", "dependencies"),
    ("init_errors", "initErrors"),
    ("provider", "provider"),
    ("property_dependencies", "propertyDependencies"),
    ("pending_replacement", "pendingReplacement"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
    ("aliases", "aliases"),
    ("custom_timeouts", "customTimeouts"),
    ("import_id", "importID"),
    ("retain_on_delete", "retainOnDelete"),
    ("deleted_with", "deletedWith"),
    ("replace_with", "replaceWith"),
    ("created", "created"),
    ("modified", "modified"),
    ("source_position", "sourcePosition"),
    ("stack_trace", "stackTrace"),
    ("ignore_changes", "ignoreChanges"),
    ("hide_diff", "hideDiff"),
    ("replace_on_changes", "replaceOnChanges"),
    ("replacement_trigger", "replacementTrigger"),
    ("refresh_before_update", "refreshBeforeUpdate"),
)
_LISTS = frozenset(
    {
        "dependencies",
        "init_errors",
        "additional_secret_outputs",
        "aliases",
        "replace_with",
        "stack_trace",
        "ignore_changes",
        "hide_diff",
        "replace_on_changes",
    }
)
_REFUSED = {
    "viewOf": "views",
    "resourceHooks": "resource hooks",
    "extensionRef": "extension parameterization",
    "snippetID": "snippets",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in a state. `custom_timeouts` are in seconds; times are RFC 3339 text; `stack_trace` as in the file."""

    urn: str
    custom: bool
    type: str
    delete: bool = False
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""
    source_position: str = ""
    stack_trace: tuple[Any, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    hide_diff: tuple[Any, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Value = None
    refresh_before_update: bool = False

    def needs(self) -> Iterator[str]:
        """URNs that must stand before this resource in a state; its provider comes beside, by reference."""
        if self.parent:
            yield self.parent
        yield from self.dependencies
        for urns in self.property_dependencies.values():
            yield from urns
        if self.deleted_with:
            yield self.deleted_with
        yield from self.replace_with

    def same(self, other: Resource) -> bool:
        """Whether the other says the same in a file. Python's own comparison takes true for 1."""
        return self is other or (
            self == other
            and equal(self.inputs, other.inputs)
            and equal(self.outputs, other.outputs)
            and equal(self.replacement_trigger, other.replacement_trigger)
        )

    def features(self) -> Iterator[str]:
        """Names of format features that the resource uses; any of them makes the checkpoint version 4."""
        if self.refresh_before_update:
            yield "refreshBeforeUpdate"
        if self.taint:
            yield "taint"
        if self.replace_with:
            yield "replaceWith"


class Sealer:
    """Turns properties into what the file holds and back.

    The ciphertext of a value that did not change stays the same, so that two states can be compared as files; it is
    remembered by resource, so that equal secrets of two resources do not look equal.
    """

    def __init__(self, crypter: Crypter | None) -> None:
        self._crypter = crypter
        self._known: dict[tuple[str, str], str] = {}

    def seal(self, value: Value, urn: str) -> Value:
        """The value with every secret encrypted. Raises EngineError if there is a secret and no passphrase."""
        if isinstance(value, dict):
            signature = value.get(SIGNATURE)
            if signature == SECRET:
                return {SIGNATURE: SECRET, "ciphertext": self._encrypt(compact_json(_bare(value["value"])), urn)}
            if signature is not None:
                return serialized(value)
            return {key: self.seal(item, urn) for key, item in value.items()}
        if isinstance(value, list):
            return [self.seal(item, urn) for item in value]
        return value

    def open(self, value: Value, urn: str) -> Value:
        """The inverse of `seal`."""
        if isinstance(value, dict):
            if value.get(SIGNATURE) == SECRET:
                return secret(_marked(self._decrypt(value, urn)))
            return {key: self.open(item, urn) for key, item in value.items()}
        if isinstance(value, list):
            return [self.open(item, urn) for item in value]
        return value

    def _encrypt(self, text: str, urn: str) -> str:
        known = self._known.get((urn, text))
        if known is None:
            if self._crypter is None:
                raise Unsupported("secrets without a passphrase", urn)
            known = self._known[urn, text] = self._crypter.encrypt(text)
        return known

    def _decrypt(self, value: Properties, urn: str) -> Value:
        import json

        if "plaintext" in value:
            return json.loads(value["plaintext"])
        if self._crypter is None:
            raise Unsupported("secrets without a passphrase", urn)
        text = self._crypter.decrypt(value["ciphertext"])
        self._known[urn, text] = value["ciphertext"]
        return json.loads(text)


def _bare(value: Value) -> Value:
    """What is encrypted of a secret's inside: a secret within a secret stays marked, in plain text."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET, "ciphertext": compact_json(_bare(value["value"]))}
        if value.get(SIGNATURE) is not None:
            return serialized(value)
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value


def _marked(value: Value) -> Value:
    import json

    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return secret(_marked(json.loads(value.get("ciphertext") or value["plaintext"])))
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value


def dump(resource: Resource, sealer: Sealer) -> dict[str, Any]:
    """The resource as it stands in the file."""
    urn = resource.urn
    out: dict[str, Any] = {"urn": urn, "custom": resource.custom}
    for attribute, name in _FIELDS:
        value = getattr(resource, attribute)
        if not value and (name != "replacementTrigger" or value is None):
            continue
        if name in ("inputs", "outputs", "replacementTrigger"):
            value = sealer.seal(value, urn)
        elif name == "propertyDependencies":
            value = {key: list(urns) for key, urns in value.items()}
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Mapping):
            value = dict(value)
        out[name] = value
    return out


def load(data: Mapping[str, Any], sealer: Sealer) -> Resource:
    """A resource of the file. Raises Unsupported for one that uses a feature this engine does not know."""
    urn = data["urn"]
    for name, feature in _REFUSED.items():
        if data.get(name):
            raise Unsupported(feature, urn)
    values: dict[str, Any] = {}
    for attribute, name in _FIELDS:
        if name not in data:
            continue
        value = data[name]
        if name in ("inputs", "outputs", "replacementTrigger"):
            value = sealer.open(value, urn)
        elif name == "propertyDependencies":
            value = {key: tuple(urns or ()) for key, urns in value.items()}
        elif attribute in _LISTS:
            value = tuple(value or ())
        values[attribute] = value
    return Resource(urn=urn, custom=bool(data.get("custom")), **values)
