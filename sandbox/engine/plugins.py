"""One configured provider, spoken to exactly as Pulumi speaks to its own.

Secrets: a provider that does not accept them gets the values in clear, and what it answers under the same names is
marked secret again. Configuration not yet known while planning: the provider is not asked at all.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2

from sandbox.engine import urns
from sandbox.engine.answers import (
    UNAVAILABLE,
    Checked,
    CheckFailure,
    Diff,
    DiffUnavailable,
    Live,
    annotate,
    diff_of,
    failures_of,
)
from sandbox.engine.channel import Channel, Failure, InitFailure
from sandbox.engine.secrets import compact_json
from sandbox.values import (
    Properties,
    Value,
    from_struct,
    has_secrets,
    has_unknowns,
    secret,
    to_struct,
    unwrap,
)


def _named(urn: str) -> dict[str, Any]:
    """What every request says of the resource that it is about."""
    return {"urn": urn, "name": urns.name_of(urn), "type": urns.type_of(urn)}


class Plugin:
    """A provider instance. `accept_secrets` and the like are known after `configure`."""

    def __init__(self, provider: Any, package: str) -> None:
        self._channel = Channel(provider, package)
        self._package = package
        self.known = True
        self._accept_secrets = False
        self._accept_resources = False
        self._supports_preview = False
        self._lock = threading.Lock()
        self._handshaken = False
        try:
            answer = self._channel.call(
                "Handshake",
                provider_pb2.ProviderHandshakeRequest(configure_with_urn=True, invoke_with_preview=True),
            )
            self._handshaken = True
            self._accept_secrets = answer.accept_secrets
            self._accept_resources = answer.accept_resources
            self._supports_preview = True
        except Failure as failure:
            if failure.code != grpc.StatusCode.UNIMPLEMENTED:
                raise

    def _wire(self, properties: Mapping[str, Value]) -> Any:
        return to_struct(properties, clear=not self._accept_secrets, resources=self._accept_resources)

    def _back(self, struct: Any, given: Mapping[str, Value]) -> Properties:
        properties = from_struct(struct)
        return properties if self._accept_secrets else annotate(properties, given)

    def check_config(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """The provider's own inputs, checked."""
        try:
            answer = self._channel.call(
                "CheckConfig",
                provider_pb2.CheckRequest(
                    **_named(urn),
                    olds=to_struct(olds, clear=True),
                    news=to_struct(news, clear=True),
                ),
            )
        except Failure as failure:
            if failure.code == grpc.StatusCode.UNIMPLEMENTED:
                return Checked(news)
            raise
        return Checked(annotate(from_struct(answer.inputs), news), failures_of(answer))

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> Diff:
        """What a change of the provider's own inputs would do."""
        try:
            answer = self._channel.call(
                "DiffConfig",
                provider_pb2.DiffRequest(
                    **_named(urn),
                    old_inputs=to_struct(old_inputs, clear=True),
                    olds=to_struct(old_outputs, clear=True),
                    news=to_struct(news, clear=True),
                ),
            )
        except Failure as failure:
            if failure.code == grpc.StatusCode.UNIMPLEMENTED:
                return Diff(None)
            raise
        return diff_of(answer)

    def configure(self, urn: str, id_: str, inputs: Properties) -> None:
        """Give the provider its configuration; with unknowns in it, remember that it cannot be asked."""
        type_ = urns.type_of(urn)
        if any(has_unknowns(value) for key, value in inputs.items() if key != "version"):
            self.known = False
            return
        variables = {}
        for key, value in inputs.items():
            if key != "version":
                plain = unwrap(value)
                variables[f"{self._package}:config:{key}"] = plain if isinstance(plain, str) else compact_json(plain)
        answer = self._channel.call(
            "Configure",
            provider_pb2.ConfigureRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=type_,
                id=id_,
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
                variables=variables,
                args=to_struct(inputs),
            ),
        )
        if not self._handshaken:
            self._accept_secrets = answer.acceptSecrets
            self._accept_resources = answer.acceptResources
            self._supports_preview = answer.supportsPreview

    def check(self, urn: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        """A resource's inputs, checked; `olds` are those of the last run, empty for a new resource."""
        if not self.known:
            return Checked(news)
        answer = self._channel.call(
            "Check",
            provider_pb2.CheckRequest(
                **_named(urn),
                olds=self._wire(olds),
                news=self._wire(news),
                randomSeed=seed,
            ),
        )
        return Checked(self._back(answer.inputs, news), failures_of(answer))

    def diff(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> Diff:
        """What a change would do. Raises DiffUnavailable while the configuration is unknown."""
        if not self.known:
            raise DiffUnavailable(UNAVAILABLE)
        answer = self._channel.call(
            "Diff",
            provider_pb2.DiffRequest(
                id=id_,
                **_named(urn),
                old_inputs=self._wire(old_inputs),
                olds=self._wire(old_outputs),
                news=self._wire(news),
                ignoreChanges=ignore_changes,
            ),
        )
        return diff_of(answer)

    def create(self, urn: str, news: Properties, timeout: float, preview: bool) -> Live:
        """Make the resource, or foretell its outputs."""
        if preview and not self.known:
            return Live("", {})
        if preview and not self._supports_preview:
            return Live("", news)
        answer = self._acted(
            "Create",
            provider_pb2.CreateRequest(
                **_named(urn),
                properties=self._wire(news),
                timeout=timeout,
                preview=preview,
            ),
            news,
        )
        if not answer.id and not preview:
            raise Failure(f"plugin returned empty resource.ID from create {urn!r}")
        return Live(answer.id, self._back(answer.properties, news))

    def read(self, urn: str, id_: str, inputs: Properties, state: Properties, timeout: float) -> Live:
        """The resource as it is now."""
        if not self.known:
            return Live(id_, {}, {})
        answer = self._acted(
            "Read",
            provider_pb2.ReadRequest(
                id=id_,
                **_named(urn),
                properties=self._wire(state),
                inputs=self._wire(inputs),
                timeout=timeout,
            ),
            {**inputs, **state},
        )
        found = self._back(answer.inputs, inputs) if answer.HasField("inputs") else None
        return Live(answer.id, self._back(answer.properties, state), found)

    def update(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        ignore_changes: tuple[str, ...],
        preview: bool,
    ) -> Properties:
        """Change the resource, or foretell its outputs."""
        if preview and not self.known:
            return {}
        if preview and not self._supports_preview:
            return news
        answer = self._acted(
            "Update",
            provider_pb2.UpdateRequest(
                id=id_,
                **_named(urn),
                olds=self._wire(old_outputs),
                news=self._wire(news),
                timeout=timeout,
                ignoreChanges=ignore_changes,
                preview=preview,
                old_inputs=self._wire(old_inputs),
            ),
            news,
        )
        return self._back(answer.properties, news)

    def delete(self, urn: str, id_: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        """Remove the resource."""
        self._channel.call(
            "Delete",
            provider_pb2.DeleteRequest(
                id=id_,
                **_named(urn),
                properties=self._wire(outputs),
                timeout=timeout,
                old_inputs=self._wire(inputs),
            ),
        )

    def invoke(self, token: str, args: Properties, preview: bool) -> tuple[Properties, tuple[CheckFailure, ...]]:
        """The function's result; all of it is secret if an argument was and the provider cannot tell them apart."""
        if not self.known:
            return {}, ()
        answer = self._channel.call(
            "Invoke", provider_pb2.InvokeRequest(tok=token, args=self._wire(args), preview=preview)
        )
        result = from_struct(getattr(answer, "return"))
        if has_secrets(args) and not self._accept_secrets:
            result = {key: secret(value) for key, value in result.items()}
        return result, failures_of(answer)

    def _acted(self, method: str, request: Any, given: Mapping[str, Value]) -> Any:
        """The answer about a resource; what is `given` as secret is so in a partial failure too."""
        try:
            return self._channel.call(method, request)
        except InitFailure as failure:
            if self._accept_secrets:
                raise
            marked = annotate(failure.properties, given)
            raise InitFailure(failure.id, marked, failure.inputs, failure.reasons) from failure
