"""Pulumi's ResourceMonitor for a program in this process: the SDK calls these methods as it would call a gRPC stub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2

from sandbox.engine import goal as goals
from sandbox.engine import urns
from sandbox.engine.channel import Failure, InitFailure, RpcFailure
from sandbox.engine.defaults import DefaultProviders
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import Cancelled, EngineError, Unsupported
from sandbox.engine.importing import read_resource
from sandbox.engine.lineage import Lineage
from sandbox.engine.registering import register
from sandbox.engine.transforms import Callbacks, Transforms
from sandbox.engine.urns import ProviderRef
from sandbox.values import from_struct, to_struct

FEATURES = tuple(resource_pb2.ResourceMonitorFeature.values())[:16]
"""Features 0 (secrets) to 15 (invoke parents): what CLI 3.260 announces, so that the SDK behaves as with it."""
SHUT_DOWN = "resource monitor shut down"


def _answered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Errors as the SDK expects them: UNAVAILABLE once the run has failed, which ends the program without a word."""

    def call(self: Monitor, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(self, request)
        except Cancelled:
            raise RpcFailure(grpc.StatusCode.UNAVAILABLE, SHUT_DOWN) from None
        except (EngineError, Failure, InitFailure) as error:
            raise RpcFailure(grpc.StatusCode.UNKNOWN, str(error)) from error

    return call


class Monitor:
    """One program's resource monitor."""

    def __init__(
        self,
        deployment: Deployment,
        config: Mapping[str, str],
        secret_keys: frozenset[str],
        root: Path,
    ) -> None:
        self._deployment = deployment
        self._config = config
        self._secret_keys = secret_keys
        self._root = root
        self._lineage = Lineage()
        self._transforms = Transforms()
        self._defaults = DefaultProviders(lambda goal: register(deployment, goal), config, secret_keys)
        self.callbacks: Callbacks | None = None

    @property
    def at_once(self) -> bool:
        """Whether no answer waits for anything: neither for a provider nor for a function of the program."""
        return self._deployment.registry.at_once and not (self.callbacks and self.callbacks.known)

    @_answered
    def GetDeploymentInfo(self, request: Any) -> Any:
        """Who and what the run is."""
        deployment = self._deployment
        return resource_pb2.DeploymentInfo(
            project=deployment.project,
            stack=deployment.stack,
            organization="organization",
            config=dict(self._config),
            configSecretKeys=sorted(self._secret_keys),
            dryRun=deployment.dry_run,
            parallel=deployment.parallel,
            supportedFeatures=FEATURES,
        )

    @_answered
    def RegisterResource(self, request: Any) -> Any:
        """Create, update or keep a resource."""
        if request.remote:
            self._refuse(f"remote components ({request.type})")
        if request.state_migrations:
            self._refuse("state migrations")
        if request.packageRef:
            self._refuse("parameterized packages")
        if request.type.startswith("pulumi-python:dynamic:"):
            self._refuse("dynamic providers")
        if request.HasField("hooks") and any(request.hooks.ListFields()):
            self._refuse("resource hooks")
        own = [callback.token for callback in request.transforms]
        self._lineage.inherit(request)
        if request.custom:
            request.provider = self._lineage.provider(
                request.provider, request.providers, request.parent, urns.package_of(request.type)
            )
        request = self._transforms.apply(request, self.callbacks)
        if not request.custom:
            self._lineage.pass_providers(request)
        provider = ""
        if request.custom and not urns.is_provider(request.type):
            provider = self._reference(
                request.provider,
                urns.package_of(request.type),
                request.version,
                request.pluginDownloadURL,
                self._deployment.urn(request),
            )
        goal = goals.read(request, provider, self._root)
        resource = register(self._deployment, goal)
        self._deployment.ensure_running()
        self._lineage.add(resource.urn, goal, dict(request.providers))
        self._transforms.registered(resource.urn, goal.parent, own)
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn,
            id=resource.id,
            object=to_struct(resource.outputs) if goal.custom else struct_pb2.Struct(),
            unknown=resource.urn in self._deployment.targets.skipped,
        )

    @_answered
    def RegisterResourceOutputs(self, request: Any) -> Any:
        """A component's outputs."""
        deployment = self._deployment
        with deployment.lock:
            key = deployment.keys.get(request.urn)
        resource = deployment.progress.get(key) if key is not None else None
        if request.urn in deployment.targets.skipped:
            return empty_pb2.Empty()
        if key is None or resource is None:
            raise EngineError(request.urn, "outputs of a resource that is not registered")
        outputs = goals.properties_of(request.outputs, self._root)
        if resource.type == urns.ROOT_TYPE:
            deployment.stack_outputs = (key, outputs)
            return empty_pb2.Empty()
        deployment.ensure_running()
        new = replace(resource, outputs=outputs)
        if deployment.dry_run or outputs == resource.outputs:
            deployment.progress.same(key, new)
        else:
            deployment.progress.commit(None, {key: new})
        deployment.settle(key, new)
        return empty_pb2.Empty()

    @_answered
    def ReadResource(self, request: Any) -> Any:
        """Look at a resource that the stack does not own."""
        package, user = urns.package_of(request.type), self._deployment.urn(request)
        reference = request.provider or self._reference("", package, request.version, request.pluginDownloadURL, user)
        if request.packageRef:
            self._refuse("parameterized packages")
        fields = {
            "id": request.id,
            "type": request.type,
            "name": request.name,
            "parent": request.parent,
            "dependencies": tuple(sorted(request.dependencies)),
            "provider": reference,
            "additional_secret_outputs": tuple(request.additionalSecretOutputs),
            "source_position": goals.position(request.sourcePosition, self._root),
            "stack_trace": goals.trace(request.stackTrace, self._root),
        }
        provider = self._deployment.registry.get(reference)
        resource = read_resource(self._deployment, provider, fields, from_struct(request.properties))
        self._deployment.ensure_running()
        return resource_pb2.ReadResourceResponse(urn=resource.urn, properties=to_struct(resource.outputs))

    @_answered
    def Invoke(self, request: Any) -> Any:
        """Call a provider's function."""
        self._deployment.ensure_running()
        if request.packageRef:
            self._refuse("parameterized packages")
        request.provider = self._lineage.provider(request.provider, {}, request.parent, urns.package_of(request.tok))
        request = self._transforms.apply_invoke(request, self.callbacks)
        reference = self._reference(
            request.provider, urns.package_of(request.tok), request.version, request.pluginDownloadURL, request.tok
        )
        if self._deployment.dry_run and self._unresolved(request.dependsOn):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        provider = self._deployment.registry.get(reference)
        result, failures = provider.invoke(request.tok, from_struct(request.args), self._deployment.dry_run)
        answer = resource_pb2.ResourceInvokeResponse(
            failures=[provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures]
        )
        getattr(answer, "return").CopyFrom(to_struct(result))
        return answer

    @_answered
    def RegisterStackTransform(self, request: Any) -> Any:
        """A transform for all resources."""
        self._transforms.add_stack(request.token)
        return empty_pb2.Empty()

    @_answered
    def RegisterStackInvokeTransform(self, request: Any) -> Any:
        """A transform for all invokes."""
        self._transforms.add_invoke(request.token)
        return empty_pb2.Empty()

    @_answered
    def SignalAndWaitForShutdown(self, request: Any) -> Any:
        """The program is through; deletions happen after it, since no hooks of its own run during them."""
        return empty_pb2.Empty()

    @_answered
    def Call(self, request: Any) -> Any:
        """Methods of remote components."""
        self._refuse(f"calls of methods ({request.tok})")

    @_answered
    def RegisterResourceHook(self, request: Any) -> Any:
        """Hooks."""
        self._refuse(f"resource hooks ({request.name})")

    @_answered
    def RegisterErrorHook(self, request: Any) -> Any:
        """Hooks."""
        self._refuse(f"error hooks ({request.name})")

    @_answered
    def RegisterPackage(self, request: Any) -> Any:
        """Parameterized packages."""
        self._refuse(f"parameterized packages ({request.name})")

    def _refuse(self, feature: str) -> NoReturn:
        raise Unsupported(feature)

    def _reference(self, given: str, package: str, version: str, url: str, user: str) -> str:
        """The provider reference to use: the one given, or that of the package's default provider.

        `user` is the URN or function that it is for. A resource that cannot have one is reported, and Cancelled raised.
        """
        if given:
            return str(ProviderRef.parse(given))
        try:
            return self._defaults.reference(package, version, url, user)
        except EngineError as error:
            if user.startswith("urn:"):
                raise self._deployment.fail(user, error.message) from error
            raise

    def _unresolved(self, depends_on: Any) -> bool:
        news = self._deployment.news
        return any(urn not in news or (news[urn].custom and not news[urn].id) for urn in depends_on)
