"""Calling a provider: in this process or over gRPC, with the same errors either way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.values import Properties, from_struct

_DETAILS = "grpc-status-details-bin"
_numbers = itertools.count(1)


class RpcFailure(grpc.RpcError):
    """A failed call, shaped as gRPC's own: `code()`, `details()` and `trailing_metadata()`."""

    def __init__(self, code: grpc.StatusCode, details: str, metadata: tuple[tuple[str, Any], ...] = ()) -> None:
        super().__init__(details)
        self._code = code
        self._details = details
        self._metadata = metadata

    def code(self) -> grpc.StatusCode:
        """The status code."""
        return self._code

    def details(self) -> str:
        """The message."""
        return self._details

    def trailing_metadata(self) -> Any:
        """Pairs of name and value; partial failures travel in them."""
        return self._metadata


class Failure(Exception):
    """A provider refused or failed; the message is the provider's."""

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    @property
    def unanswered(self) -> bool:
        """Whether the provider may have acted all the same: the connection was lost, or the answer came too late."""
        return self.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@dataclass
class InitFailure(Exception):
    """The resource was made or changed, but did not become ready."""

    id: str
    properties: Properties
    inputs: Properties
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        listed = "".join(f"\n\t* {reason}" for reason in self.reasons)
        return f"{len(self.reasons)} error{'s' if len(self.reasons) != 1 else ''} occurred:{listed}"


class _Context:
    """What a servicer sees of a call in this process: as much of `grpc.ServicerContext` as providers use."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._metadata: tuple[tuple[str, Any], ...] = ()
        self._code: grpc.StatusCode | None = None
        self._details = ""

    def peer(self) -> str:
        return self._peer

    def invocation_metadata(self) -> tuple[()]:
        return ()

    def is_active(self) -> bool:
        return True

    def time_remaining(self) -> None:
        return None

    def set_trailing_metadata(self, metadata: Any) -> None:
        self._metadata = tuple((name, value) for name, value in metadata)

    def set_code(self, code: grpc.StatusCode) -> None:
        self._code = code

    def set_details(self, details: str) -> None:
        self._details = details

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        raise RpcFailure(code, details, self._metadata)

    def abort_with_status(self, status: Any) -> NoReturn:
        raise RpcFailure(status.code, status.details, tuple(status.trailing_metadata or ()))

    def finish(self) -> None:
        """Raise what the servicer set without aborting."""
        if self._code not in (None, grpc.StatusCode.OK):
            raise RpcFailure(self._code, self._details, self._metadata)


class Channel:
    """One connection to a provider. A servicer in this process sees a peer of its own for each."""

    def __init__(self, provider: Any, package: str) -> None:
        self._provider = provider
        self._in_process = isinstance(provider, provider_pb2_grpc.ResourceProviderServicer)
        self._peer = f"inproc:{package}:{next(_numbers)}"

    def call(self, method: str, request: Any) -> Any:
        """The provider's answer. Raises InitFailure for a partial failure, Failure for any other."""
        function: Callable[..., Any] = getattr(self._provider, method)
        try:
            if not self._in_process:
                return function(request)
            context = _Context(self._peer)
            answer = function(request, context)
            context.finish()
            return answer
        except grpc.RpcError as error:
            raise _translated(error) from error
        except NotImplementedError as error:
            raise Failure(f"Method {method} not implemented!", grpc.StatusCode.UNIMPLEMENTED) from error
        except (Failure, InitFailure):
            raise
        except Exception as error:
            # As gRPC does for a servicer that raises: the run must end in order, whatever a provider does.
            raise Failure(f"Exception calling application: {error}") from error


def _translated(error: Any) -> Exception:
    for name, value in error.trailing_metadata() or ():
        if name != _DETAILS:
            continue
        for detail in status_pb2.Status.FromString(value).details:
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(failed):
                return InitFailure(
                    failed.id, from_struct(failed.properties), from_struct(failed.inputs), tuple(failed.reasons)
                )
    return Failure(error.details() or str(error), error.code())
