"""The emulated kubernetes provider, after pulumi-kubernetes 4.34 (provider/pkg/provider/provider.go).

Differences, all on purpose: schema errors are found in Check, not at the API server; the field manager's name follows
from the URN; `managedFields` is left out; a preview leaves unknown what only the server can know (uid, times, resource
version, cluster address) where the real dry run returns values that will not come true; lists have one owner whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi_kubernetes import _utilities

from sandbox.clouds.kubernetes import (
    api_server,
    auto_names,
    comparison,
    differences,
    kinds,
    kubeconfig,
    liveness,
    normal_form,
    objects,
    secrecy,
    validation,
)
from sandbox.clouds.kubernetes.clusters import Unreachable
from sandbox.clouds.kubernetes.connection import Connection, unreachable
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.protocol import (
    Checked,
    CheckFailure,
    CloudError,
    Created,
    Diffed,
    Invoked,
    PartialFailure,
    Properties,
    ReadResult,
    Reason,
)
from sandbox.clouds.world import Entity, World
from sandbox.values import has_unknowns, unwrap

_ONLY_THE_SERVER_KNOWS = ("creationTimestamp", "generation", "resourceVersion", "uid")
_READ_HELP = (
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this "
    "resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment "
    'variable set to "true"'
)
_DELETE_HELP = (
    "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from "
    'Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"'
)
_TAKEN_HELP = (
    "The resource already exists in the cluster. Rename it, import it with `pulumi import`, or delete it first; "
    "for a renamed Pulumi resource use an alias, or deleteBeforeReplace if it must be replaced."
)


class KubernetesCloud:
    """`Cloud` for the package kubernetes. The version is the SDK's, as the engine demands at least that."""

    package = "kubernetes"
    version = str(_utilities.get_version())  # type: ignore[no-untyped-call]
    accepts_secrets = True
    """The checkpoint repeats the inputs, where an engine could not mark secrets by itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: dict[str, Connection] = {}

    def check_config(self, news: Properties) -> Sequence[CheckFailure]:
        try:
            kubeconfig.of_provider(unwrap(news))
        except ValueError as error:
            return [CheckFailure("kubeconfig", str(error))]
        return []

    def diff_config(self, olds: Properties, news: Properties) -> Sequence[str]:
        return kubeconfig.replacing(unwrap(olds), unwrap(news))

    def configure(self, instance: str, inputs: Properties) -> None:
        self._connections[instance] = Connection.of(unwrap(inputs))

    def check(self, instance: str, urn: str, type: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        kind = kinds.of(type)
        inputs: dict[str, Any] = {**unwrap(news), "apiVersion": kind.api_version, "kind": kind.kind}
        given = {"apiVersion": kind.api_version, "kind": kind.kind}
        failures = [
            CheckFailure(key, f'Invalid value: "{news[key]}": the resource type {type} fixes it to "{fixed}"')
            for key, fixed in given.items()
            if unwrap(news.get(key, fixed)) != fixed
        ]
        inputs = auto_names.named(inputs, unwrap(olds), urn, seed)
        metadata = inputs["metadata"]
        if kind.namespaced and not metadata.get("namespace"):
            inputs["metadata"] = {**metadata, "namespace": self._connections[instance].namespace}
        failures += validation.problems(kind, inputs)
        return Checked(secrecy.marked(kind, normal_form.inputs(kind, inputs), news), failures)

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
        kind, connection = kinds.of(type), self._connections[instance]
        state, given = unwrap(old_outputs), unwrap(news)
        unready = liveness.wants_ready(kind, given) and self._unready(connection, given)
        return comparison.diff(kind, connection, unwrap(old_inputs), state, given, ignore_changes, unready)

    def create(self, instance: str, urn: str, type: str, news: Properties, preview: bool, timeout: float) -> Created:
        kind = kinds.of(type)
        if preview:
            return Created("", self._planned(instance, kind, urn, news))
        failures: list[str] | None = None
        try:
            with self._world.transaction() as tx:
                cluster = self._connections[instance].cluster(tx)
                entity = api_server.create(tx, cluster, kind, news, urn)
                failures = liveness.failures(tx, kind, entity)
        except Unreachable as error:
            raise unreachable(error) from error
        except CloudError as error:
            help_ = f"\n\n{_TAKEN_HELP}" if error.reason is Reason.ALREADY_EXISTS else ""
            raise CloudError(
                error.reason,
                f'resource "{urn}" was not successfully created by the Kubernetes API server: {error.message}{help_}',
            ) from error
        if failures is not None:
            first = (
                f'resource "{urn}" was successfully created, but the Kubernetes API server reported that it failed to '
                f"fully initialize or become live: {liveness.headline(kind, entity, reading=False)}"
            )
            raise PartialFailure(entity.resource_id, entity.shown, news, [first, *failures])
        return Created(entity.resource_id, entity.shown)

    def read(self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties) -> ReadResult:
        kind, connection = kinds.of(type), self._connections[instance]
        try:
            with self._world.transaction() as tx:
                cluster = connection.cluster(tx)
                entity = objects.get(tx, cluster, kind, *_place(kind, id))
                if entity is None:
                    return ReadResult("")
                entity = api_server.observed(tx, cluster, kind, entity)
                failures = liveness.failures(tx, kind, entity) if inputs else None
        except Unreachable as error:
            if connection.delete_unreachable:
                return ReadResult("")
            raise CloudError(Reason.UNAVAILABLE, f"{_READ_HELP}: {error}") from error
        shown = dict(entity.shown)
        if not inputs:
            # Who imports an object manages nothing of it yet.
            shown["__fieldManager"] = objects.field_manager(urn, {})
        found = _imported(kind, entity) if not inputs else differences.pruned(objects.live(entity), unwrap(inputs))
        found = secrecy.marked(kind, found, inputs or entity.inputs)
        shown["__inputs"] = found
        if failures is not None:
            reasons = [liveness.headline(kind, entity, reading=True), *failures]
            raise PartialFailure(id, shown, found, reasons)
        return ReadResult(id, shown, found)

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
        kind = kinds.of(type)
        place = _place(kind, id)
        manager = str(old_outputs.get("__fieldManager") or objects.field_manager(urn, unwrap(news)))
        if preview and has_unknowns(news):
            return news
        try:
            with self._world.transaction() as tx:
                cluster = self._connections[instance].cluster(tx)
                entity = objects.get(tx, cluster, kind, *place)
                if entity is None:
                    raise CloudError(Reason.NOT_FOUND, f'{kind.resource} "{place[1]}" not found')
                if preview:
                    obj, _ = api_server.merged(kind, entity, news, manager, ignore_changes)
                    return objects.checkpoint(kind, obj, news, urn)
                entity = api_server.update(tx, cluster, kind, entity, news, urn, manager, ignore_changes)
                failures = liveness.failures(tx, kind, entity)
        except Unreachable as error:
            if preview:
                return news
            raise unreachable(error) from error
        except CloudError as error:
            raise CloudError(error.reason, f'update of resource "{urn}" failed: {error.message}') from error
        if failures is not None:
            first = (
                f'the Kubernetes API server reported that "{entity.resource_id}" failed to fully initialize or become '
                f"live: {liveness.headline(kind, entity, reading=False)}"
            )
            raise PartialFailure(entity.resource_id, entity.shown, news, [first, *failures])
        return entity.shown

    def delete(
        self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties, timeout: float
    ) -> None:
        kind, connection = kinds.of(type), self._connections[instance]
        try:
            with self._world.transaction() as tx:
                cluster = connection.cluster(tx)
                entity = objects.get(tx, cluster, kind, *_place(kind, id))
                if entity is not None:
                    api_server.delete(tx, cluster, kind, entity)
        except Unreachable as error:
            if not connection.delete_unreachable:
                raise CloudError(Reason.UNAVAILABLE, f"{_DELETE_HELP}: {error}") from error

    def invoke(self, instance: str, token: str, args: Properties) -> Invoked:
        raise CloudError(Reason.UNSUPPORTED, f"the sandbox's kubernetes provider has no functions, so no {token}")

    def _unready(self, connection: Connection, news: Properties) -> bool:
        """As the cluster shows it by now; where that does not answer, nothing is said."""
        try:
            with self._world.transaction() as tx:
                return liveness.unready(tx, connection.cluster(tx), news)
        except Unreachable:
            return False

    def _planned(self, instance: str, kind: Kind, urn: str, news: Properties) -> Properties:
        """The outputs that a preview can know. What would be refused for being too early or taken shows at `up`."""
        if has_unknowns(news):
            return news
        try:
            with self._world.read() as tx:
                obj = api_server.planned(tx, self._connections[instance].cluster(tx), kind, unwrap(news))
        except Unreachable:
            return news
        except CloudError as error:
            if error.reason in (Reason.ALREADY_EXISTS, Reason.NOT_FOUND):
                return news
            raise
        metadata = {k: v for k, v in obj["metadata"].items() if k not in _ONLY_THE_SERVER_KNOWS}
        return objects.checkpoint(kind, {**obj, "metadata": metadata}, news, urn)


def _place(kind: Kind, id: str) -> tuple[str, str]:
    namespace, _, name = id.rpartition("/")
    return (namespace or "default") if kind.namespaced else "", name


def _imported(kind: Kind, entity: Entity) -> dict[str, Any]:
    """Inputs of an object that the state does not know: all of it but what the server wrote."""
    live = {key: value for key, value in objects.live(entity).items() if key != "status"}
    return normal_form.inputs(kind, live)
