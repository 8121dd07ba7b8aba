"""The emulated gcp provider: applies the declared types to the world."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

from sandbox.clouds.gcp import admission, awaiting, check, diff, identity, invokes, labels, places, reading, settings
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.identity import Fields
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType, Rule
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.protocol import (
    Checked,
    CheckFailure,
    CloudError,
    Created,
    Diffed,
    Invoked,
    PartialFailure,
    ReadResult,
    Reason,
)
from sandbox.clouds.world import Entity, Snapshot, World
from sandbox.values import has_unknowns


class GoogleCloud:
    """`Cloud` for the package gcp. The version is the SDK's, as the engine demands at least that."""

    package = "gcp"
    version = importlib.metadata.version("pulumi_gcp")
    accepts_secrets = False

    def __init__(self, world: World) -> None:
        self._world = world
        self._instances: dict[str, Settings] = {}

    def check_config(self, news: Properties) -> Sequence[CheckFailure]:
        return settings.check(news)

    def diff_config(self, olds: Properties, news: Properties) -> Sequence[str]:
        """None: the real provider replaces nothing when its project changes; resources do, by their own project."""
        return []

    def configure(self, instance: str, inputs: Properties) -> None:
        self._instances[instance] = Settings.of(inputs)

    def check(self, instance: str, urn: str, type: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        resource = self._type(type)
        inputs, failures = check.check(resource, urn, olds, news, seed)
        failures += labels.failures(resource, inputs)
        if not failures and not has_unknowns(inputs):
            try:
                filled = self._fields(resource, instance, inputs)
                filled.setdefault(resource.assigned, "")
                identity.world_id(resource, filled)
                property = resource.location or "location"
                if wrong := places.problem(property, identity.place(resource, filled)):
                    failures.append(CheckFailure(property, wrong))
            except CloudError as error:
                failures.append(CheckFailure("", error.message))
        return Checked(inputs, failures)

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
        resource = self._type(type)
        moved = dict(news)
        if (
            not resource.settled
            and "project" in old_outputs
            and "project" not in news
            and "project" in inputs_of(resource).properties
        ):
            # The provider's own project is part of what is wanted: another one makes another resource.
            project = self._fields(resource, instance, news).get("project")
            if project and project != old_outputs["project"]:
                moved["project"] = project
        return diff.diff(resource, old_inputs, old_outputs, moved, ignore_changes)

    def create(self, instance: str, urn: str, type: str, news: Properties, preview: bool, timeout: float) -> Created:
        resource = self._type(type)
        filled = self._fields(resource, instance, news)
        if preview:
            return Created("", self._planned(resource, instance, filled, news, {}))
        with self._world.transaction() as tx:
            owner = admission.require_parents(tx, resource, filled, news)
            if resource.assigned:
                filled[resource.assigned] = ""
                counted = f"assigned/{identity.world_id(resource, filled)}{admission.generation(tx, resource, owner)}"
                filled[resource.assigned] = str(tx.next(counted))
            full = identity.world_id(resource, filled)
            existing = tx.get("gcp", type, full)
            if existing and not resource.shared:
                raise CloudError(Reason.ALREADY_EXISTS, admission.taken(resource, full, existing.urn))
            until = tx.tombstoned("gcp", type, full)
            if until is not None:
                raise CloudError(Reason.ALREADY_EXISTS, admission.buried(resource, full, until - tx.now()))
            admission.count(tx, resource, full, 1)
            draft = Draft(
                tx,
                news,
                full,
                filled.get("project", ""),
                identity.place(resource, filled),
                tx.next(f"gcp/{type}/{full}"),
                existing.created if existing else tx.now(),
                {},
            )
            if resource.admit:
                resource.admit(draft)
            if resource.unready and (problem := resource.unready(draft)):
                raise CloudError(Reason.INVALID, problem)
            outputs = self._outputs(resource, instance, filled, draft)
            outputs["_id"] = identity.pulumi_id(resource, filled, outputs, full)
            made = tx.put(Entity("gcp", type, full, urn, owner, news, outputs, draft.created))
            if resource.made:
                resource.made(tx, made)
        return Created(made.resource_id, made.shown)

    def read(self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties) -> ReadResult:
        resource = self._type(type)
        with self._world.read() as tx:
            entity = self._find(tx, resource, instance, id, outputs)
        if entity is None:
            return ReadResult("")
        if not outputs:
            shown, given = (reading.imported(resource, properties) for properties in (entity.shown, entity.inputs))
        else:
            shown, given = reading.outputs(resource, entity.shown, outputs), entity.inputs
        return ReadResult(entity.resource_id, shown, reading.inputs(resource, inputs, shown) if inputs else given)

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
        resource = self._type(type)
        kept = {
            key: old_outputs[key] for key in old_outputs if key in news or not _taken_away(resource, key, old_inputs)
        }
        filled = self._fields(resource, instance, {**_place_of(resource, old_outputs), **news})
        if preview:
            return self._planned(resource, instance, filled, news, kept)
        with self._world.transaction() as tx:
            entity = self._find(tx, resource, instance, id, old_outputs)
            if entity is None:
                raise CloudError(
                    Reason.NOT_FOUND, f"{resource.kind} {id} no longer exists; run a refresh, then this again"
                )
            full = entity.id if resource.assigned else identity.world_id(resource, filled)
            if full != entity.id and tx.get("gcp", type, full):
                raise CloudError(Reason.ALREADY_EXISTS, admission.taken(resource, full, ""))
            owner = admission.require_parents(tx, resource, filled, news)
            before = {**kept, **{k: v for k, v in entity.outputs.items() if k.startswith("_")}}
            draft = Draft(
                tx,
                news,
                full,
                filled.get("project", ""),
                identity.place(resource, filled),
                int(entity.outputs.get("_serial", 1)),
                entity.created,
                before,
            )
            if resource.admit:
                resource.admit(draft)
            problem = resource.unready(draft) if resource.unready else ""
            outputs = self._outputs(resource, instance, filled, draft)
            outputs["_id"] = entity.resource_id
            if full != entity.id:
                tx.delete("gcp", type, entity.id)
            made = tx.put(Entity("gcp", type, full, urn, owner, news, outputs, entity.created))
        if problem:
            raise PartialFailure(made.resource_id, made.shown, news, [problem])
        return made.shown

    def delete(
        self, instance: str, urn: str, id: str, type: str, inputs: Properties, outputs: Properties, timeout: float
    ) -> None:
        resource = self._type(type)
        with self._world.transaction() as tx:
            entity = self._find(tx, resource, instance, id, outputs)
            policy = outputs.get("deletionPolicy")
            if policy == "PREVENT":
                raise CloudError(
                    Reason.IN_USE,
                    f"cannot delete {id}: its deletionPolicy is PREVENT; set it to DELETE and update first",
                )
            reason = resource.protected(outputs) if resource.protected else None
            if reason:
                raise CloudError(Reason.IN_USE, f"cannot delete {id}: {reason}")
            if entity is None:
                return
            if policy == "ABANDON":
                # It lives on in the cloud and belongs to no stack.
                tx.put(Entity("gcp", type, entity.id, "", entity.parent, entity.inputs, entity.outputs, entity.created))
                return
            admission.refuse_while_used(tx, resource, entity)
            admission.remove(tx, resource, entity)

    def invoke(self, instance: str, token: str, args: Properties) -> Invoked:
        with self._world.read() as tx:
            return invokes.invoke(tx, self._settings(instance), token, args)

    def _type(self, token: str) -> ResourceType:
        resource = TYPES.get(token)
        if resource is None:
            raise CloudError(
                Reason.UNSUPPORTED, f"type {token} is not emulated; docs/reference/sandbox-coverage.md lists what is"
            )
        return resource

    def _settings(self, instance: str) -> Settings:
        return self._instances.get(instance) or Settings()

    def _fields(self, resource: ResourceType, instance: str, properties: Properties) -> Fields:
        return identity.fields(resource, self._settings(instance), properties)

    def _find(self, tx: Snapshot, resource: ResourceType, instance: str, id: str, outputs: Properties) -> Entity | None:
        """By the state's outputs; by Pulumi's id or the full name for what the cloud numbers, and in any of the forms of its
        type for an import."""
        if outputs and not resource.assigned:
            return tx.get("gcp", resource.token, identity.world_id(resource, self._fields(resource, instance, outputs)))
        exact = tx.get("gcp", resource.token, id)
        if exact:
            return exact
        settings, every = self._settings(instance), tx.list("gcp", resource.token)
        found = [entity for entity in every if entity.resource_id == id]
        if not found and not outputs:
            meant = identity.shortest(resource, settings, id)
            found = [entity for entity in every if identity.shortest(resource, settings, entity.id) == meant]
        mine = (entity for entity in found if entity.outputs.get("project", settings.project) == settings.project)
        return next(mine, found[0] if found else None)

    def _base(self, resource: ResourceType, instance: str, filled: Fields, news: Properties, before: Properties) -> Any:
        """Inputs as outputs, with what the provider itself fills in."""
        outputs = {**before, **_plain(news), **labels.outputs(resource, self._settings(instance), news, before)}
        shape = inputs_of(resource).properties
        if "project" in shape and "project" in filled:
            outputs["project"] = filled["project"]
        if resource.location and resource.location in filled and resource.location not in news:
            outputs[resource.location] = filled[resource.location]
        if "deletionPolicy" in shape:
            outputs.setdefault("deletionPolicy", "DELETE")
        return outputs

    def _outputs(self, resource: ResourceType, instance: str, filled: Fields, draft: Draft) -> Properties:
        before = {key: value for key, value in draft.before.items() if not key.startswith("_")}
        outputs = self._base(resource, instance, filled, draft.inputs, before)
        return {**outputs, **_plain(resource.outputs(draft)), "_serial": draft.serial}

    def _planned(
        self, resource: ResourceType, instance: str, filled: Fields, news: Properties, before: Properties
    ) -> Properties:
        outputs: Properties = self._base(resource, instance, filled, news, before)
        outputs.update(resource.planned(filled) if resource.planned else {})
        awaiting.fill(resource, outputs, before)
        return outputs


def _plain(value: Any) -> Any:
    """Checked inputs without the `__defaults` lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != check.DEFAULTS}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _taken_away(resource: ResourceType, key: str, old_inputs: Properties) -> bool:
    """Whether a property that the program no longer gives is gone, and not left as it is."""
    return key == diff.DELETION_POLICY or (key in old_inputs and not resource.table.properties.get(key, Rule()).kept)


def _place_of(resource: ResourceType, outputs: Properties) -> Properties:
    """Where the resource is already: an update does not move it."""
    return {key: outputs[key] for key in ("project", resource.location) if key and key in outputs}
