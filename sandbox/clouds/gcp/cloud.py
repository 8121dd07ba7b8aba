"""The emulated gcp provider: applies the declared types to the world."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any


from sandbox.clouds.gcp import check, diff, identity, invokes, links, settings
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.identity import Fields
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType
from sandbox.clouds.gcp.settings import ATTRIBUTION, Settings
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.protocol import Checked, CheckFailure, CloudError, Created, Diffed, Invoked, ReadResult, Reason
from sandbox.clouds.world import Entity, Snapshot, Transaction, World
from sandbox.values import UNKNOWN, has_unknowns

_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
_NETWORK = "gcp:compute/network:Network"
_SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


class GoogleCloud:
    """`Cloud` for the package gcp. The version is the SDK's, as the engine demands at least that."""

    package = "gcp"
    version = importlib.metadata.version("pulumi_gcp")

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
        failures += _label_failures(resource, inputs)
        if not failures and not has_unknowns(inputs):
            try:
                filled = self._fields(resource, instance, inputs)
                filled.setdefault(resource.assigned, "")
                identity.world_id(resource, filled)
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
        if "project" in old_outputs and "project" not in news and "project" in inputs_of(resource).properties:
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
            if resource.assigned:
                filled[resource.assigned] = ""
                filled[resource.assigned] = str(tx.next(f"assigned/{identity.world_id(resource, filled)}"))
            full = identity.world_id(resource, filled)
            existing = tx.get("gcp", type, full)
            if existing and not resource.shared:
                raise CloudError(Reason.ALREADY_EXISTS, _taken(resource, full, existing.urn))
            until = tx.tombstoned("gcp", type, full)
            if until is not None:
                raise CloudError(Reason.ALREADY_EXISTS, _buried(resource, full, until - tx.now()))
            owner = _require_parents(tx, resource, filled, news)
            _count(tx, resource, full, 1)
            draft = Draft(
                tx,
                news,
                full,
                filled.get("project", ""),
                _place(resource, filled),
                0,
                existing.created if existing else tx.now(),
                {},
            )
            draft = _with_serial(draft, tx.next(f"gcp/{type}/{full}"))
            if resource.admit:
                resource.admit(draft)
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
        return ReadResult(entity.resource_id, entity.shown, inputs or entity.inputs)

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
        kept = {key: value for key, value in old_outputs.items() if key not in old_inputs or key in news}
        filled = self._fields(resource, instance, {**_place_of(resource, old_outputs), **news})
        if preview:
            return self._planned(resource, instance, filled, news, kept)
        with self._world.transaction() as tx:
            entity = self._find(tx, resource, instance, id, old_outputs)
            if entity is None:
                raise CloudError(
                    Reason.NOT_FOUND, f"{resource.kind} {id} no longer exists; run a refresh, then this again"
                )
            full = identity.world_id(resource, filled)
            if full != entity.id and tx.get("gcp", type, full):
                raise CloudError(Reason.ALREADY_EXISTS, _taken(resource, full, ""))
            owner = _require_parents(tx, resource, filled, news)
            before = {**kept, **{k: v for k, v in entity.outputs.items() if k.startswith("_")}}
            draft = Draft(
                tx,
                news,
                full,
                filled.get("project", ""),
                _place(resource, filled),
                int(entity.outputs.get("_serial", 1)),
                entity.created,
                before,
            )
            if resource.admit:
                resource.admit(draft)
            outputs = self._outputs(resource, instance, filled, draft)
            outputs["_id"] = entity.resource_id
            if full != entity.id:
                tx.delete("gcp", type, entity.id)
            made = tx.put(Entity("gcp", type, full, urn, owner, news, outputs, entity.created))
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
            _refuse_while_used(tx, resource, entity)
            _remove(tx, resource, entity)

    def invoke(self, instance: str, token: str, args: Properties) -> Invoked:
        return invokes.invoke(self._settings(instance), token, args)

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
        """By the state's outputs, or for an import by Pulumi's id or the full name."""
        if outputs:
            return tx.get("gcp", resource.token, identity.world_id(resource, self._fields(resource, instance, outputs)))
        exact = tx.get("gcp", resource.token, id)
        if exact:
            return exact
        found = [entity for entity in tx.list("gcp", resource.token) if entity.resource_id == id]
        project = self._settings(instance).project
        return next((e for e in found if e.outputs.get("project", project) == project), found[0] if found else None)

    def _base(self, resource: ResourceType, instance: str, filled: Fields, news: Properties, before: Properties) -> Any:
        """Inputs as outputs, with what the provider itself fills in."""
        outputs = {**before, **_plain(news)}
        shape = inputs_of(resource).properties
        if "project" in shape and "project" in filled:
            outputs["project"] = filled["project"]
        if resource.location and resource.location in filled and resource.location not in news:
            outputs[resource.location] = filled[resource.location]
        if "deletionPolicy" in shape:
            outputs.setdefault("deletionPolicy", "DELETE")
        if resource.labels:
            ours = self._settings(instance)
            given = outputs.get(resource.labels) if resource.labels in news else {}
            had = {} if not before else {k: v for k, v in ATTRIBUTION.items() if k in before.get("pulumiLabels", {})}
            added = had if before else ATTRIBUTION if ours.attributed else {}
            all_labels = given if given == UNKNOWN else {**ours.labels, **added, **(given or {})}
            outputs["pulumiLabels"] = outputs["effectiveLabels"] = all_labels
        return outputs

    def _outputs(self, resource: ResourceType, instance: str, filled: Fields, draft: Draft) -> Properties:
        before = {key: value for key, value in draft.before.items() if not key.startswith("_")}
        outputs = self._base(resource, instance, filled, draft.inputs, before)
        return {**outputs, **resource.outputs(draft), "_serial": draft.serial}

    def _planned(
        self, resource: ResourceType, instance: str, filled: Fields, news: Properties, before: Properties
    ) -> Properties:
        outputs: Properties = self._base(resource, instance, filled, news, before)
        for key in resource.computed:
            outputs.setdefault(key, UNKNOWN)
        return outputs


def _plain(value: Any) -> Any:
    """Checked inputs without the `__defaults` lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != check.DEFAULTS}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _with_serial(draft: Draft, serial: int) -> Draft:
    return Draft(draft.tx, draft.inputs, draft.id, draft.project, draft.location, serial, draft.created, draft.before)


def _place(resource: ResourceType, filled: Fields) -> str:
    return filled.get(resource.location, "") if resource.location else filled.get("location", "")


def _place_of(resource: ResourceType, outputs: Properties) -> Properties:
    """Where the resource is already: an update does not move it."""
    return {key: outputs[key] for key in ("project", resource.location) if key and key in outputs}


def _require_parents(tx: Snapshot, resource: ResourceType, filled: Fields, news: Properties) -> str:
    """The id of the owner. Raises CloudError NOT_FOUND where something referred to does not exist."""
    owner = ""
    for parent, full in identity.references(resource, filled, news):
        # Every project begins with a network `default`, with a subnetwork in each region.
        if not tx.get("gcp", parent.type, full) and not (
            parent.type in (_NETWORK, _SUBNETWORK) and links.last(full) == "default"
        ):
            kind = parent.type.rsplit(":", 1)[1]
            raise CloudError(
                Reason.NOT_FOUND,
                f"{parent.property}: the {kind} '{full}' was not found; create it first, or correct the name",
            )
        owner = full if parent.owns else owner
    return owner


def _refuse_while_used(tx: Snapshot, resource: ResourceType, entity: Entity) -> None:
    for child in tx.list("gcp", parent=entity.id):
        if not TYPES[child.type].cascade and not entity.outputs.get("forceDestroy"):
            raise CloudError(Reason.IN_USE, _used(resource, entity, child))
    reason = resource.busy(tx, entity) if resource.busy else None
    if reason:
        raise CloudError(Reason.IN_USE, f"{resource.kind} '{entity.id}' cannot be deleted: {reason}")
    for user in resource.used_by:
        for other in tx.list("gcp", user.type):
            value = identity.at(other.outputs, user.property)
            values = value if isinstance(value, list) else [value]
            if any(isinstance(one, str) and links.same(entity.id, one) for one in values):
                raise CloudError(Reason.IN_USE, _used(resource, entity, other))


def _remove(tx: Transaction, resource: ResourceType, entity: Entity) -> None:
    """The entity, and all that goes with it."""
    for child in tx.list("gcp", parent=entity.id):
        _remove(tx, TYPES[child.type], child)
    tx.delete("gcp", entity.type, entity.id)
    _count(tx, resource, entity.id, -1)
    if resource.reuse_after:
        tx.tombstone("gcp", entity.type, entity.id, resource.reuse_after)
    if resource.deleted:
        resource.deleted(tx, entity)


def _count(tx: Transaction, resource: ResourceType, full: str, step: int) -> None:
    if resource.quota is None:
        return
    project = full.split("/")[1] if full.startswith("projects/") else full.split("/")[0]
    if tx.next(f"count/{resource.token}/{project}", step) > resource.quota.limit:
        raise CloudError(
            Reason.QUOTA,
            f"project {project} may have {resource.quota.limit} of {resource.kind} and has them all; delete some, or"
            f" ask Google for more ({resource.quota.source})",
        )


def _label_failures(resource: ResourceType, inputs: Properties) -> list[CheckFailure]:
    """https://cloud.google.com/compute/docs/labeling-resources#requirements"""
    given = inputs.get(resource.labels) if resource.labels else None
    if not isinstance(given, dict):
        return []
    found = []
    for key, value in given.items():
        if not _LABEL_KEY.fullmatch(key):
            found.append(CheckFailure(f"{resource.labels}.{key}", f"a label's key must match {_LABEL_KEY.pattern}"))
        if isinstance(value, str) and value != UNKNOWN and not _LABEL_VALUE.fullmatch(value):
            found.append(CheckFailure(f"{resource.labels}.{key}", f"{value!r} must match {_LABEL_VALUE.pattern}"))
    if len(given) > 64:
        found.append(CheckFailure(resource.labels, f"at most 64 labels, got {len(given)}"))
    return found


def _taken(resource: ResourceType, full: str, urn: str) -> str:
    owner = f" It was made by {urn}." if urn else ""
    return f"{resource.kind} '{full}' already exists.{owner} Choose another name, or import it"


def _buried(resource: ResourceType, full: str, seconds: float) -> str:
    if seconds == float("inf"):
        return f"{resource.kind} '{full}' existed, and its name can never be used again; choose another, or import it"
    days = seconds / 86400
    return f"{resource.kind} '{full}' was deleted lately; its name is free again in {days:.1f} days: choose another"


def _used(resource: ResourceType, entity: Entity, user: Entity) -> str:
    kind = user.type.rsplit(":", 1)[1]
    return f"{resource.kind} '{entity.id}' is in use by {kind} '{user.id}'; delete that first"
