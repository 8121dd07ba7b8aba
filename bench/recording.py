"""What a program registers, as the engine hears it: the material of which a flat program is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import resource_pb2

from sandbox.engine.goal import property_dependencies
from sandbox.engine.monitor import Monitor
from sandbox.values import Properties, from_struct

_RUN: Any = import_module("sandbox.engine.run")
"""The module, whose name its package gives to the function."""

OPTIONS = (
    "ignoreChanges",
    "protect",
    "deleteBeforeReplace",
    "customTimeouts",
    "retainOnDelete",
    "replaceOnChanges",
    "additionalSecretOutputs",
    "importId",
    "aliases",
    "deletedWith",
    "replaceWith",
    "hooks",
    "transforms",
    "version",
    "pluginDownloadURL",
)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource: what the program asked for and what it was answered. `module` and `name_of_class` are the SDK's."""

    type: str
    name: str
    custom: bool
    urn: str
    id: str
    inputs: Properties
    outputs: Properties
    provider: str
    after: tuple[str, ...]
    """URNs of what the program named in `depends_on`, and none of its inputs needs."""
    needs: dict[str, tuple[str, ...]]
    """Property -> URNs that it waits for."""
    options: dict[str, Any]
    module: str = ""
    name_of_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """All that a run registered, in the order in which it came, and the stack's outputs."""

    registrations: list[Registration] = field(default_factory=list)
    exports: Properties = field(default_factory=dict)


def recorded(run: Callable[[], None]) -> Recording:
    """What is registered while `run` lets the engine run a program in this process."""
    recording = Recording()
    with _classes() as classes, _listening(recording):
        run()
    filled = [
        replace(each, module=kind.__module__, name_of_class=kind.__qualname__)
        if (kind := classes.get(each.type))
        else each
        for each in recording.registrations
    ]
    return Recording(registrations=filled, exports=recording.exports)


@contextmanager
def _classes() -> Iterator[dict[str, type]]:
    """The SDK's class of each type."""
    found: dict[str, type] = {}
    resource: Any = pulumi.CustomResource
    before = resource.__init__

    def init(self: Any, t: str, *args: Any, **kwargs: Any) -> None:
        found[t] = type(self)
        before(self, t, *args, **kwargs)

    resource.__init__ = init
    try:
        yield found
    finally:
        resource.__init__ = before


@contextmanager
def _listening(recording: Recording) -> Iterator[None]:
    class Listening(Monitor):
        def RegisterResource(self, request: Any, *args: Any) -> Any:
            asked = resource_pb2.RegisterResourceRequest()
            asked.CopyFrom(request)
            answer = super().RegisterResource(request, *args)
            recording.registrations.append(_registration(asked, answer))
            return answer

        def RegisterResourceOutputs(self, request: Any, *args: Any) -> Any:
            if "::pulumi:pulumi:Stack::" in request.urn:
                recording.exports.update(from_struct(request.outputs))
            return super().RegisterResourceOutputs(request, *args)

    _RUN.Monitor = Listening
    try:
        yield
    finally:
        _RUN.Monitor = Monitor


def _registration(asked: Any, answer: Any) -> Registration:
    dependencies, needs = property_dependencies(asked)
    needed = {urn for urns in needs.values() for urn in urns}
    said = MessageToDict(asked, preserving_proto_field_name=False)
    return Registration(
        type=asked.type,
        name=asked.name,
        custom=asked.custom,
        urn=answer.urn,
        id=answer.id,
        inputs=from_struct(asked.object),
        outputs=from_struct(answer.object),
        provider=asked.provider.rpartition("::")[0],
        after=tuple(urn for urn in dependencies if urn not in needed),
        needs=needs,
        options={key: said[key] for key in OPTIONS if key in said},
    )
