"""The gRPC face of an emulated cloud: Pulumi's `ResourceProvider` service over a `Cloud` in plain dicts.

One servicer serves many provider instances at once, in process or over the network. Requests after Configure do not
say which instance they are for, so each connection (`context.peer()`) is one instance, as Pulumi opens them.
Resource references and output values are not accepted, secrets only where the cloud declares it: otherwise Pulumi
sends inputs in clear and marks the outputs secret by itself. `GetSchema`, `Call`, `Construct`, `Parameterize` and the
mappings are not emulated.
"""

from __future__ import annotations

from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.clouds.faults import Faults
from sandbox.clouds.protocol import (
    Checked,
    CheckFailure,
    Cloud,
    CloudError,
    Created,
    Diffed,
    Invoked,
    Kind,
    PartialFailure,
    Properties,
    ReadResult,
    Reason,
)
from sandbox.values import from_struct, to_struct

__all__ = [
    "CheckFailure",
    "Checked",
    "Cloud",
    "CloudError",
    "Created",
    "Diffed",
    "Invoked",
    "Kind",
    "PartialFailure",
    "ProviderServicer",
    "ReadResult",
    "Reason",
]

_CODES = {
    Reason.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Reason.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Reason.IN_USE: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.QUOTA: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Reason.PERMISSION: grpc.StatusCode.PERMISSION_DENIED,
    Reason.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Reason.TIMEOUT: grpc.StatusCode.DEADLINE_EXCEEDED,
    Reason.UNSUPPORTED: grpc.StatusCode.FAILED_PRECONDITION,
}
_KINDS: dict[Kind, provider_pb2.PropertyDiff.Kind.ValueType] = {
    kind: provider_pb2.PropertyDiff.Kind.Value(kind.value) for kind in Kind
}


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Translates requests and answers; decides nothing. Planned faults strike here, around the cloud's own doing."""

    at_once = True
    """What takes time in a cloud takes that of a virtual clock."""

    def __init__(self, cloud: Cloud, faults: Faults) -> None:
        self._cloud = cloud
        self._faults = faults

    def Handshake(self, request: Any, context: Any) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=self._cloud.accepts_secrets)

    def Attach(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._cloud.version)

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        failures = self._cloud.check_config(_clear(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        olds = _clear(request.old_inputs) or _clear(request.olds)
        news = _clear(request.news)
        changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=changes, diffs=changed, replaces=list(self._cloud.diff_config(olds, news))
        )

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any) -> provider_pb2.ConfigureResponse:
        try:
            self._cloud.configure(context.peer(), _clear(request.args))
        except CloudError as error:
            _abort(context, error)
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptSecrets=self._cloud.accepts_secrets)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> provider_pb2.InvokeResponse:
        try:
            self._faults.before(request.tok, "invoke")
            result = self._cloud.invoke(context.peer(), request.tok, self._read(request.args))
            self._faults.after(request.tok, "invoke")
        except CloudError as error:
            _abort(context, error)
        answer = provider_pb2.InvokeResponse(failures=_failures(result.failures))
        getattr(answer, "return").CopyFrom(to_struct(result.values))
        return answer

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        try:
            checked = self._cloud.check(
                context.peer(),
                request.urn,
                _type(request),
                self._read(request.olds),
                self._read(request.news),
                request.randomSeed,
            )
        except CloudError as error:
            _abort(context, error)
        return provider_pb2.CheckResponse(inputs=to_struct(checked.inputs), failures=_failures(checked.failures))

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        try:
            diff = self._cloud.diff(
                context.peer(),
                request.urn,
                request.id,
                _type(request),
                self._read(request.old_inputs),
                self._read(request.olds),
                self._read(request.news),
                list(request.ignoreChanges),
            )
        except CloudError as error:
            _abort(context, error)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if diff.changes else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=list(diff.replaces),
            diffs=sorted({path.split(".")[0].split("[")[0] for path in diff.detailed}),
            deleteBeforeReplace=diff.delete_before_replace,
            detailedDiff={
                path: provider_pb2.PropertyDiff(kind=_KINDS[kind], inputDiff=True)
                for path, kind in diff.detailed.items()
            },
            hasDetailedDiff=True,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:
        type_, news = _type(request), self._read(request.properties)
        try:
            if not request.preview:
                self._faults.before(type_, "create", request.timeout)
            made = self._cloud.create(context.peer(), request.urn, type_, news, request.preview, request.timeout)
            if not request.preview:
                self._faults.after(type_, "create", request.timeout)
        except CloudError as error:
            _abort(context, error)
        except PartialFailure as failure:
            _abort_partly(context, failure)
        return provider_pb2.CreateResponse(id=made.id, properties=to_struct(made.properties))

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:
        type_ = _type(request)
        try:
            self._faults.before(type_, "read", request.timeout)
            found = self._cloud.read(
                context.peer(),
                request.urn,
                request.id,
                type_,
                self._read(request.inputs),
                self._read(request.properties),
            )
            self._faults.after(type_, "read", request.timeout)
        except CloudError as error:
            _abort(context, error)
        except PartialFailure as failure:
            _abort_partly(context, failure)
        if not found.id:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, properties=to_struct(found.properties), inputs=to_struct(found.inputs)
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> provider_pb2.UpdateResponse:
        type_ = _type(request)
        try:
            if not request.preview:
                self._faults.before(type_, "update", request.timeout)
            properties = self._cloud.update(
                context.peer(),
                request.urn,
                request.id,
                type_,
                self._read(request.old_inputs),
                self._read(request.olds),
                self._read(request.news),
                request.preview,
                request.timeout,
                list(request.ignoreChanges),
            )
            if not request.preview:
                self._faults.after(type_, "update", request.timeout)
        except CloudError as error:
            _abort(context, error)
        except PartialFailure as failure:
            _abort_partly(context, failure)
        return provider_pb2.UpdateResponse(properties=to_struct(properties))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:
        type_ = _type(request)
        inputs, outputs = self._read(request.old_inputs), self._read(request.properties)
        try:
            self._faults.before(type_, "delete", request.timeout)
            self._cloud.delete(context.peer(), request.urn, request.id, type_, inputs, outputs, request.timeout)
            self._faults.after(type_, "delete", request.timeout)
        except CloudError as error:
            _abort(context, error)
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: Any) -> NoReturn:
        self._refuse("GetSchema", context)

    def Call(self, request: Any, context: Any) -> NoReturn:
        self._refuse("Call", context)

    def Construct(self, request: Any, context: Any) -> NoReturn:
        self._refuse("Construct", context)

    def Parameterize(self, request: Any, context: Any) -> NoReturn:
        self._refuse("Parameterize", context)

    def _read(self, struct: struct_pb2.Struct) -> Properties:
        return from_struct(struct, clear=not self._cloud.accepts_secrets)

    def _refuse(self, method: str, context: Any) -> NoReturn:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the sandbox's {self._cloud.package} provider has no {method}")
        raise AssertionError("abort returned")


def _type(request: Any) -> str:
    """The type token; older engines send it inside the URN only."""
    return str(request.type or request.urn.split("::")[2].rsplit("$", 1)[-1])


def _clear(struct: struct_pb2.Struct) -> Properties:
    return from_struct(struct, clear=True)


def _failures(failures: Any) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=failure.property, reason=failure.reason) for failure in failures]


def _abort(context: Any, error: CloudError) -> NoReturn:
    context.abort(_CODES[error.reason], error.message)
    raise AssertionError("abort returned")


def _abort_partly(context: Any, failure: PartialFailure) -> NoReturn:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=failure.id,
        properties=to_struct(failure.properties),
        inputs=to_struct(failure.inputs),
        reasons=list(failure.reasons),
    )
    # Pulumi recognises a partial failure by this detail alone; the code is UNKNOWN as its own providers send it.
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure))
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(failure))
    raise AssertionError("abort returned")
