"""The inputs' types, read from the SDK's own classes: names on the wire, nesting, and what is required.

Only the SDK module of a type that is used gets imported, at first use; a program that uses the type has it already.
"""

from __future__ import annotations

import collections.abc
import importlib
import threading
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi import _types

from sandbox.clouds.gcp.resource import ResourceType

_LOADING = threading.Lock()
"""The SDK loads its modules at their first use, and one that another thread is loading looks empty."""
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Shape:
    """The type of one value. `arguments` is the SDK's class of an object, `element` what a list or map holds."""

    kind: str
    element: Shape | None = None
    arguments: type | None = None

    @property
    def properties(self) -> dict[str, Shape]:
        """An object's properties by wire name; empty for anything else."""
        return _properties(self.arguments) if self.arguments else {}

    @property
    def required(self) -> frozenset[str]:
        """The wire names of an object's required properties."""
        return _required(self.arguments) if self.arguments else frozenset()


@cache
def inputs_of(resource: ResourceType) -> Shape:
    """The shape of a type's inputs."""
    package = f"pulumi_{resource.package}"
    with _LOADING:
        module = importlib.import_module(package if resource.module == "index" else f"{package}.{resource.module}")
        return Shape("object", arguments=getattr(module, f"{resource.kind}Args"))


def configuration(package: str) -> Shape:
    """The shape of a provider's own configuration."""
    return Shape("object", arguments=importlib.import_module(f"pulumi_{package}.provider").ProviderArgs)


@cache
def _properties(arguments: type) -> dict[str, Shape]:
    return {name: _shape(hint) for name, hint in _types.input_type_types(arguments).items()}


@cache
def _required(arguments: type) -> frozenset[str]:
    names = _types.input_type_py_to_pulumi_names(arguments)
    constructor: Any = arguments.__init__  # type: ignore[misc]
    optional = constructor.__kwdefaults__ or {}
    return frozenset(wire for python, wire in names.items() if python not in optional)


def _shape(hint: Any) -> Shape:
    hint = _plain(hint)
    origin = typing.get_origin(hint)
    if origin is collections.abc.Sequence:
        return Shape("list", element=_shape(typing.get_args(hint)[0]))
    if origin is collections.abc.Mapping:
        return Shape("map", element=_shape(typing.get_args(hint)[1]))
    if isinstance(hint, type) and _types.is_input_type(hint):
        return Shape("object", arguments=hint)
    return Shape(_SCALARS.get(hint, "any"))


def _plain(hint: Any) -> Any:
    """`Input[Optional[T]]`, a union with awaitables and outputs, without all that."""
    if typing.get_origin(hint) is not typing.Union:
        return hint
    for choice in typing.get_args(hint):
        origin = typing.get_origin(choice) or choice
        if choice is not type(None) and origin is not collections.abc.Awaitable and "Output" not in repr(origin):
            return _plain(choice)
    return Any
