"""Property values as Pulumi sends them between program, engine and providers.

A value is plain JSON-like Python: dict, list, str, int, float, bool, None. Three things are written as Pulumi writes
them on the wire: an unknown is a fixed string, a secret and an asset are dicts marked by a signature key. Output
values (which carry dependencies too) are reduced on the way in to what they hold: the dependencies travel beside the
properties in every request that has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from google.protobuf import struct_pb2

Value: TypeAlias = Any
Properties: TypeAlias = dict[str, Any]

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# Pulumi has one string for each kind of unknown; the SDKs send the first, some providers the others.
_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
# Beyond 2**53 a double does not hold every integer, so larger numbers stay the doubles that they are.
_EXACT = float(2**53)


def is_secret(value: Value) -> bool:
    """Whether the value itself, not something inside it, is marked secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def secret(value: Value) -> Value:
    """The value marked secret; once is enough."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def is_unknown(value: Value) -> bool:
    """Whether the value is not yet known, in clear or as a secret."""
    if is_secret(value):
        value = value["value"]
    return isinstance(value, str) and value in _UNKNOWNS


def unwrap(value: Value) -> Value:
    """A copy of the value without any secret marks, at any depth. Unknowns and assets stay."""
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == SECRET:
            return unwrap(value["value"])
        if signature == OUTPUT:
            return unwrap(value.get("value", UNKNOWN))
        return {key: item if isinstance(item, str) else unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        return [item if isinstance(item, str) else unwrap(item) for item in value]
    return value


def has_unknowns(value: Value) -> bool:
    """Whether an unknown is anywhere inside."""
    if isinstance(value, str):
        return value in _UNKNOWNS
    if isinstance(value, dict):
        if value.get(SIGNATURE) == OUTPUT and "value" not in value:
            return True
        value = value.values()
    elif not isinstance(value, list):
        return False
    for item in value:  # noqa: SIM110 - a generator takes twice as long
        if item in _UNKNOWNS if isinstance(item, str) else has_unknowns(item):
            return True
    return False


def has_secrets(value: Value) -> bool:
    """Whether a secret is anywhere inside."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET or (value.get(SIGNATURE) == OUTPUT and value.get("secret")):
            return True
        value = value.values()
    elif not isinstance(value, list):
        return False
    for item in value:  # noqa: SIM110
        if isinstance(item, (dict, list)) and has_secrets(item):
            return True
    return False


def equal(one: Value, other: Value) -> bool:
    """Whether two values are the same in JSON, where true is not 1."""
    return one is other or (one == other and _alike(one, other))


def _alike(one: Value, other: Value) -> bool:
    """Whether what Python calls equal has its booleans at the same places."""
    if one is other or isinstance(one, str):
        return True
    if isinstance(one, dict):
        return all(_alike(item, other[key]) for key, item in one.items())
    if isinstance(one, list):
        return all(map(_alike, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def number(value: float) -> int | float:
    """A number as Go would print it: whole doubles become integers, so that the JSON text is equal."""
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


def _from_value(value: struct_pb2.Value, clear: bool) -> Value:
    # Most values are text; to ask for it costs less than to ask for the kind.
    if text := value.string_value:
        return UNKNOWN if text in _UNKNOWNS else text
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _normalised(_properties(value.struct_value, clear), clear)
    if kind == "list_value":
        return [_from_value(item, clear) for item in value.list_value.values]
    if kind == "number_value":
        return number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    return "" if kind == "string_value" else None


def _properties(struct: struct_pb2.Struct, clear: bool) -> Properties:
    fields = struct.fields
    return {key: _from_value(fields[key], clear) for key in fields}


def _normalised(fields: Properties, clear: bool) -> Value:
    signature = fields.get(SIGNATURE)
    if signature == OUTPUT:
        inner = fields.get("value", UNKNOWN)
        return secret(inner) if fields.get("secret") and not clear else inner
    return fields["value"] if clear and signature == SECRET else fields


def from_struct(struct: struct_pb2.Struct, *, clear: bool = False) -> Properties:
    """Properties of a request. Output values become what they hold: plain, secret or UNKNOWN.

    With `clear` nothing is marked secret any more.
    """
    return _properties(struct, clear)


def from_value(value: struct_pb2.Value) -> Value:
    """One value of a request, normalised like `from_struct`."""
    return _from_value(value, False)


def _fill(target: struct_pb2.Value, value: Value, clear: bool, resources: bool) -> None:
    # Most values are text, and maps are dicts: to look at the type itself costs the least.
    kind = type(value)
    if kind is str:
        target.string_value = value
    elif kind is dict or isinstance(value, Mapping):
        if SIGNATURE in value and (held := _held(value, clear, resources)) is not value:
            return _fill(target, held, clear, resources)
        if not value:
            target.struct_value.SetInParent()
            return
        fields = target.struct_value.fields
        for key, item in value.items():
            if type(item) is str:
                fields[key].string_value = item
            else:
                _fill(fields[key], item, clear, resources)
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = float(value)
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, (list, tuple)):
        values = target.list_value.values
        if not value:
            target.list_value.SetInParent()
        for item in value:
            _fill(values.add(), item, clear, resources)
    else:
        raise TypeError(f"a property value cannot be a {type(value).__name__}: {value!r}")


def _held(value: Mapping[str, Value], clear: bool, resources: bool) -> Value:
    """What a marked value holds where its mark is not wanted."""
    signature = value[SIGNATURE]
    if clear and signature == SECRET:
        return value["value"]
    if clear and signature == OUTPUT:
        return value.get("value", UNKNOWN)
    if not resources and signature == RESOURCE:
        return (value["id"] or UNKNOWN) if "id" in value else value["urn"]
    return value


def to_struct(properties: Mapping[str, Value], *, clear: bool = False, resources: bool = True) -> struct_pb2.Struct:
    """Properties as they go into a request or an answer. Raises TypeError for what JSON cannot hold.

    With `clear` no secret is marked. Without `resources` the ID, or for a component the URN, stands in place of every
    reference to a resource.
    """
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, item in properties.items():
        _fill(fields[key], item, clear, resources)
    return struct


def to_value(value: Value) -> struct_pb2.Value:
    """One value as it goes into a request."""
    target = struct_pb2.Value()
    _fill(target, value, False, True)
    return target
