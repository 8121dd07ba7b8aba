"""What providers answer, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import provider_pb2

from sandbox.values import Properties, Value, has_secrets, is_secret, secret

UNAVAILABLE = (
    "The provider for this resource has inputs that are not known during preview.\n"
    "This preview may not correctly represent the changes that will be applied during an update."
)


class DiffUnavailable(Exception):
    """The provider could not be asked, since its own configuration is not known yet."""


@dataclass(frozen=True)
class CheckFailure:
    """Why an input is refused; `property` may be empty."""

    property: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """Inputs with the provider's defaults, and what is wrong with them."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True)
class Diff:
    """What a change would do. `changes` is None where the provider did not say."""

    changes: bool | None
    replace_keys: tuple[str, ...] = ()
    changed_keys: tuple[str, ...] = ()
    detailed: Mapping[str, str] | None = None
    delete_before_replace: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the resource must be replaced."""
        kinds = (self.detailed or {}).values()
        return bool(self.replace_keys) or any(kind.endswith("_REPLACE") for kind in kinds)


@dataclass(frozen=True)
class Live:
    """A resource as a provider reports it. An empty `id` from a read means that it is gone."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


def annotate(outputs: Properties, inputs: Mapping[str, Value]) -> Properties:
    """The outputs with those marked secret that were secret as inputs, at the same place."""
    if not has_secrets(inputs):
        return outputs
    out = dict(outputs)
    for key, given in inputs.items():
        if key not in out:
            continue
        value = out[key]
        if isinstance(value, dict) and isinstance(given, dict) and not is_secret(value) and not is_secret(given):
            out[key] = annotate(value, given)
        elif not is_secret(value) and has_secrets(given):
            out[key] = secret(value)
    return out


def diff_of(response: provider_pb2.DiffResponse) -> Diff:
    """The answer to Diff or DiffConfig."""
    changes = {provider_pb2.DiffResponse.DIFF_NONE: False, provider_pb2.DiffResponse.DIFF_SOME: True}
    detailed = None
    if response.hasDetailedDiff or response.detailedDiff:
        detailed = {
            path: provider_pb2.PropertyDiff.Kind.Name(item.kind) for path, item in response.detailedDiff.items()
        }
    return Diff(
        changes.get(response.changes),
        tuple(response.replaces),
        tuple(response.diffs),
        detailed,
        response.deleteBeforeReplace,
    )


def failures_of(answer: Any) -> tuple[CheckFailure, ...]:
    """What an answer finds wrong with the inputs."""
    return tuple(CheckFailure(item.property, item.reason) for item in answer.failures)
