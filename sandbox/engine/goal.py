"""What the program wants of one resource, read from its registration."""

from __future__ import annotations

import itertools
import os.path
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from google.protobuf import struct_pb2

from sandbox.engine import urns
from sandbox.engine.assets import hashed
from sandbox.engine.errors import EngineError
from sandbox.engine.registry import with_version
from sandbox.engine.resource import Resource
from sandbox.values import ARCHIVE, ASSET, OUTPUT, RESOURCE, SIGNATURE, Properties, Value, from_struct, from_value

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_OUTSIDE = "project:///../"
_ENGINE = Path(__file__).parent.as_uri() + "/"
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


@dataclass(frozen=True)
class Alias:
    """Another identity that the resource may have had; either a whole URN or the parts that differed."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True)
class Goal:
    """A registration. None for `protect` and the like means that the program did not say."""

    type: str
    name: str
    custom: bool
    properties: Properties
    parent: str = ""
    protect: bool | None = None
    dependencies: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] | None = None
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    import_id: str = ""
    custom_timeouts: Mapping[str, float] | None = None
    replace_on_changes: tuple[str, ...] = ()
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    hide_diff: tuple[Any, ...] = ()
    replacement_trigger: Value = None
    source_position: str = ""
    stack_trace: tuple[Any, ...] = ()

    def resource(self, urn: str, alias: str, old: Resource | None) -> Resource:
        """The resource as it would be if nothing were computed any more."""
        return Resource(
            urn=urn,
            custom=self.custom,
            type=self.type,
            inputs=self.properties,
            parent=self.parent,
            protect=bool(self.protect),
            dependencies=self.dependencies,
            provider=self.provider,
            property_dependencies=self.property_dependencies or {},
            additional_secret_outputs=self.additional_secret_outputs,
            aliases=(alias,) if alias else (),
            custom_timeouts=self.custom_timeouts or {},
            import_id=self.import_id,
            retain_on_delete=bool(self.retain_on_delete),
            deleted_with=self.deleted_with,
            replace_with=self.replace_with,
            created=old.created if old else "",
            modified=old.modified if old else "",
            source_position=self.source_position,
            stack_trace=self.stack_trace,
            ignore_changes=self.ignore_changes,
            hide_diff=self.hide_diff,
            replace_on_changes=self.replace_on_changes,
            replacement_trigger=self.replacement_trigger,
            refresh_before_update=old.refresh_before_update if old else False,
        )


def seconds(text: str) -> float:
    """A Go duration such as `1h30m`. Raises EngineError for anything else."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise EngineError("", f"cannot read the duration {text!r}; write it as 30s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def position(raw: Any, root: Path) -> str:
    """A source position as a state holds it: relative to the project."""
    return _position(raw.uri, raw.line, raw.column, root) if raw.uri else ""


@lru_cache(maxsize=4096)
def _position(uri: str, line: int, column: int, root: Path) -> str:
    """Each resource names the same few hundred places again; empty for what is in no file."""
    url = urlparse(uri)
    if url.scheme != "file":
        return ""
    return f"project:///{os.path.relpath(unquote(url.path), root)}#{line}" + (f",{column}" if column else "")


def trace(raw: Any, root: Path) -> tuple[Any, ...]:
    """A stack trace as a state holds it, with the program's own frames only: the others are this engine's business.

    The engine's folder can lie in the project's; its own frames are where the program began.
    """
    program = itertools.takewhile(lambda frame: not frame.pc.uri.startswith(_ENGINE), raw.frames)
    frames = (position(frame.pc, root) for frame in program)
    return tuple({"sourcePosition": frame} for frame in frames if frame and not frame.startswith(_OUTSIDE))


def dependencies_in(value: struct_pb2.Value) -> set[str]:
    """URNs that output values anywhere inside depend on."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return {urn for item in value.list_value.values for urn in dependencies_in(item)}
    if kind != "struct_value":
        return set()
    fields = value.struct_value.fields
    found = {urn for item in fields.values() for urn in dependencies_in(item)}
    if SIGNATURE in fields and fields[SIGNATURE].string_value == OUTPUT and "dependencies" in fields:
        found |= {item.string_value for item in fields["dependencies"].list_value.values}
    return found


def _alias(raw: Any) -> Alias:
    if raw.WhichOneof("alias") == "urn":
        return Alias(urn=raw.urn)
    spec = raw.spec
    return Alias("", spec.name, spec.type, spec.stack, spec.project, spec.parentUrn, spec.noParent)


def property_dependencies(request: Any) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The resource's dependencies and those of each property, sorted."""
    dependencies = set(request.dependencies)
    names = request.object.fields
    if request.propertyDependencies:
        by_property = {key: set(item.urns) for key, item in request.propertyDependencies.items()}
    else:
        by_property = {key: set(dependencies) for key in names}
    with_outputs = OUTPUT.encode() in request.object.SerializeToString()
    for key in names:
        found = by_property.setdefault(key, set())
        if with_outputs:
            found |= dependencies_in(names[key])
    return tuple(sorted(dependencies)), {key: tuple(sorted(found)) for key, found in by_property.items()}


def properties_of(struct: struct_pb2.Struct, root: Path) -> Properties:
    """A request's properties, with the hashes of assets and references in full."""
    properties = from_struct(struct)
    raw = struct.SerializeToString()
    if any(signature.encode() in raw for signature in (ASSET, ARCHIVE, RESOURCE)):
        properties = hashed(properties, root)
    return properties


def read(request: Any, provider: str, root: Path) -> Goal:
    """The goal in a RegisterResourceRequest, for the provider it was found to have."""
    dependencies, by_property = property_dependencies(request)
    properties = properties_of(request.object, root)
    if urns.is_provider(request.type):
        properties = with_version(properties, request.version, request.pluginDownloadURL)
    timeouts = {
        name: seconds(getattr(request.customTimeouts, name))
        for name in ("create", "update", "delete", "read")
        if getattr(request.customTimeouts, name)
    }
    trigger = from_value(request.replacement_trigger) if request.HasField("replacement_trigger") else None
    before = request.deleteBeforeReplace
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        properties=properties,
        parent=request.parent,
        protect=request.protect if request.HasField("protect") else None,
        dependencies=dependencies,
        provider=provider,
        property_dependencies=by_property,
        delete_before_replace=before if request.deleteBeforeReplaceDefined or before else None,
        ignore_changes=tuple(request.ignoreChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(*(Alias(urn=urn) for urn in request.aliasURNs), *map(_alias, request.aliases)),
        import_id=request.importId,
        custom_timeouts=timeouts,
        replace_on_changes=tuple(request.replaceOnChanges),
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        hide_diff=tuple(request.hideDiffs),
        replacement_trigger=trigger,
        source_position=position(request.sourcePosition, root),
        stack_trace=trace(request.stackTrace, root),
    )
