"""The providers as an engine speaks to them: through the servicers, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.clouds import open_providers
from sandbox.clouds.world import World
from sandbox.values import from_struct, to_struct

SEED = b"\x07" * 32


class Refused(Exception):
    """What the provider answered instead of doing it. `made`: the object that exists all the same."""

    def __init__(self, code: grpc.StatusCode, details: str, made: Made | None = None) -> None:
        super().__init__(details)
        self.code, self.details, self.made = code, details, made


@dataclass(frozen=True)
class Made:
    """One resource as a state knows it."""

    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Call:
    """What a servicer sees of one call."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._trailing: Any = ()

    def peer(self) -> str:
        return self._peer

    def set_trailing_metadata(self, metadata: Any) -> None:
        self._trailing = metadata

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        for _, value in self._trailing:
            status = status_pb2.Status()
            status.ParseFromString(value)
            failed = provider_pb2.ErrorResourceInitFailed()
            status.details[0].Unpack(failed)
            made = Made("", "", failed.id, dict(from_struct(failed.inputs)), dict(from_struct(failed.properties)))
            raise Refused(code, "; ".join([details, *failed.reasons]), made)
        raise Refused(code, details)


class Providers:
    """All providers over one world."""

    def __init__(self, folder: Path) -> None:
        path = folder / "world.sqlite"
        self._servicers: Mapping[str, Any] = open_providers(path)
        self.world = World(path)

    def configure(self, package: str, **configuration: Any) -> None:
        request = provider_pb2.ConfigureRequest(args=to_struct(configuration))
        self._servicers[package].Configure(request, Call(package))

    def check(
        self, type: str, inputs: Mapping[str, Any], name: str = "thing", olds: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The completed inputs, and what is wrong by property."""
        answer = self._call(
            "Check",
            type,
            provider_pb2.CheckRequest(
                urn=urn(type, name),
                type=type,
                olds=to_struct(dict(olds or {})),
                news=to_struct(dict(inputs)),
                randomSeed=SEED,
            ),
        )
        failures: dict[str, str] = {}
        for failure in answer.failures:
            failures[failure.property] = "; ".join(filter(None, (failures.get(failure.property), failure.reason)))
        return dict(from_struct(answer.inputs)), failures

    def checked(self, type: str, inputs: Mapping[str, Any], name: str = "thing") -> dict[str, Any]:
        completed, failures = self.check(type, inputs, name)
        assert failures == {}, f"{type}: {failures}"
        return completed

    def plan(self, type: str, inputs: Mapping[str, Any], name: str = "thing") -> dict[str, Any]:
        request = provider_pb2.CreateRequest(
            urn=urn(type, name), type=type, properties=to_struct(self.checked(type, inputs, name)), preview=True
        )
        return dict(from_struct(self._call("Create", type, request).properties))

    def create(self, type: str, inputs: Mapping[str, Any], name: str = "thing") -> Made:
        completed = self.checked(type, inputs, name)
        request = provider_pb2.CreateRequest(urn=urn(type, name), type=type, properties=to_struct(completed))
        try:
            answer = self._call("Create", type, request)
        except Refused as refused:
            if refused.made:
                refused.made = Made(type, name, refused.made.id, completed, refused.made.outputs)
            raise
        return Made(type, name, answer.id, completed, dict(from_struct(answer.properties)))

    def update(self, made: Made, inputs: Mapping[str, Any]) -> Made:
        completed = self.checked(made.type, inputs, made.name)
        request = provider_pb2.UpdateRequest(
            id=made.id,
            urn=urn(made.type, made.name),
            type=made.type,
            olds=to_struct(made.outputs),
            old_inputs=to_struct(made.inputs),
            news=to_struct(completed),
        )
        answer = self._call("Update", made.type, request)
        return Made(made.type, made.name, made.id, completed, dict(from_struct(answer.properties)))

    def diff(
        self, type: str, before: Mapping[str, Any], after: Mapping[str, Any], given: Mapping[str, Any] | None = None
    ) -> Any:
        """How checked inputs compare with a state; `given` are the inputs of last time where that is no bare sample."""
        request = provider_pb2.DiffRequest(
            id="thing",
            urn=urn(type, "thing"),
            type=type,
            olds=to_struct(dict(before)),
            old_inputs=to_struct(dict(before if given is None else given)),
            news=to_struct(dict(after)),
        )
        return self._call("Diff", type, request)

    def read(self, made: Made) -> dict[str, Any] | None:
        """The outputs now, or None where it is gone."""
        request = provider_pb2.ReadRequest(
            id=made.id,
            urn=urn(made.type, made.name),
            type=made.type,
            inputs=to_struct(made.inputs),
            properties=to_struct(made.outputs),
        )
        answer = self._call("Read", made.type, request)
        return dict(from_struct(answer.properties)) if answer.id else None

    def delete(self, made: Made) -> None:
        request = provider_pb2.DeleteRequest(
            id=made.id,
            urn=urn(made.type, made.name),
            type=made.type,
            old_inputs=to_struct(made.inputs),
            properties=to_struct(made.outputs),
        )
        self._call("Delete", made.type, request)

    def _call(self, method: str, type: str, request: Any) -> Any:
        package = type.split(":")[0]
        return getattr(self._servicers[package], method)(request, Call(package))


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:dev::slipway::{type}::{name}"
