"""What a cloud answers, in plain data: the protocol between an emulated cloud and its gRPC face.

A cloud never sees protobuf and never a secret: inputs arrive in clear (the engine marks the answers' secrets again, as
Pulumi does for providers that do not accept them) and values not yet known arrive as `values.UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Properties = dict[str, Any]


class Reason(StrEnum):
    """Why a cloud refused. The names are those of Google's error model, one for each gRPC code in use."""

    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    IN_USE = "IN_USE"
    INVALID = "INVALID"
    QUOTA = "QUOTA"
    PERMISSION = "PERMISSION"
    UNAVAILABLE = "UNAVAILABLE"
    TIMEOUT = "TIMEOUT"
    UNSUPPORTED = "UNSUPPORTED"


class CloudError(Exception):
    """The cloud refuses and nothing was done. The message says what is wrong and what to do about it."""

    def __init__(self, reason: Reason | str, message: str) -> None:
        super().__init__(message)
        self.reason = Reason(reason)
        self.message = message


class PartialFailure(Exception):
    """The thing was made or changed but is not well: Pulumi keeps it and updates it at the next run."""

    def __init__(self, id: str, properties: Properties, inputs: Properties, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.id = id
        self.properties = properties
        self.inputs = inputs
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class CheckFailure:
    """One wrong input: its path (`""` for the whole resource) and what to write instead."""

    property: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """The inputs, with names and defaults filled in, and what is wrong with them."""

    inputs: Properties
    failures: Sequence[CheckFailure] = ()


class Kind(StrEnum):
    """How one property differs; the `_REPLACE` ones cannot be done in place."""

    ADD = "ADD"
    ADD_REPLACE = "ADD_REPLACE"
    DELETE = "DELETE"
    DELETE_REPLACE = "DELETE_REPLACE"
    UPDATE = "UPDATE"
    UPDATE_REPLACE = "UPDATE_REPLACE"


@dataclass(frozen=True)
class Diffed:
    """What an update would change. `replaces` are property names, `detailed` maps property paths to their kind."""

    changes: bool
    replaces: Sequence[str] = ()
    detailed: Mapping[str, Kind] = field(default_factory=dict)
    delete_before_replace: bool = False


@dataclass(frozen=True)
class Created:
    """A new thing's id (empty in a preview) and outputs."""

    id: str
    properties: Properties


@dataclass(frozen=True)
class ReadResult:
    """What exists: id, outputs and inputs. An empty id says that it is gone."""

    id: str
    properties: Properties = field(default_factory=dict)
    inputs: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class Invoked:
    """A function's result, or what is wrong with its arguments."""

    values: Properties
    failures: Sequence[CheckFailure] = ()


class Cloud(Protocol):
    """One emulated provider. `instance` tells apart provider instances with different configuration.

    Every method may raise CloudError; create, read and update may raise PartialFailure. One object serves many
    threads at once.
    """

    package: str
    version: str
    accepts_secrets: bool
    """Whether properties may come with their secret marks; such a cloud marks its answers itself."""

    def check_config(self, news: Properties) -> Sequence[CheckFailure]:
        """What is wrong with a provider's own configuration."""

    def diff_config(self, olds: Properties, news: Properties) -> Sequence[str]:
        """The configuration keys whose change means another cloud, so that all resources must be replaced."""

    def configure(self, instance: str, inputs: Properties) -> None:
        """Remember the configuration of an instance. Comes before anything below."""

    def check(self, instance: str, urn: str, type: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        """Validate and complete a program's inputs. `olds` are the inputs of last time, empty for a new resource."""

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
        """Compare checked inputs with the state."""

    def create(self, instance: str, urn: str, type: str, news: Properties, preview: bool, timeout: float) -> Created:
        """Make it; in a preview only say what is known of it already. `timeout` in seconds, 0 for the type's own."""

    def read(self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties) -> ReadResult:
        """What exists now under this id. Without inputs and outputs it is an import."""

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
        """Change it in place and return the outputs."""

    def delete(
        self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties, timeout: float
    ) -> None:
        """Remove it. What is gone already is no error."""

    def invoke(self, instance: str, token: str, args: Properties) -> Invoked:
        """Call a function of the provider."""
