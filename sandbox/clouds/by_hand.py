"""What somebody does in a cloud by hand, past every engine: changing a property, deleting a thing.

No change is refused that the cloud would refuse, such as another network of a cluster: however the world has become
another one, it must be found. An object of Kubernetes is changed as `kubectl edit` does it, which then owns the field.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.clouds.gcp import admission, reading
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.github.catalogue import TYPES as GITHUB
from sandbox.clouds.inventory import CLOUDS
from sandbox.clouds.kubernetes import api_server, clusters, field_managers, kinds, objects
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot, Transaction, World

KUBECTL = "kubectl-edit"
"""The field manager that kubectl names itself when somebody edits."""
GONE = object()
"""Instead of a value: the property is taken away."""

Path = Sequence[str | int]
_RESOURCES = {**TYPES, **GITHUB}


def change(world: World, type_: str, name: str, stack: str | None, path: Path, value: Any) -> str:
    """Give a property another value, or with GONE none. Returns Pulumi's id of what was changed.

    Raises CloudError where there is no such thing, no place for the property in it, or a value that no such property has.
    """
    with world.transaction() as tx:
        entity = _one(tx, type_, name, stack)
        if path[0] in reading.OF_THE_PROVIDER and entity.cloud != objects.CLOUD:
            raise CloudError(Reason.INVALID, f"{path[0]} is in no cloud: it tells the provider what to do")
        if entity.cloud == objects.CLOUD:
            _edit(tx, entity, path, value)
        else:
            _refuse_what_no_cloud_has(entity, path, value)
            outputs = _with(entity.outputs, path, value)
            # What the cloud goes by itself is in the inputs.
            inputs = _with(entity.inputs, path, value) if _fits(entity.inputs, path) else entity.inputs
            tx.put(replace(entity, inputs=inputs, outputs=outputs))
    return entity.resource_id


def delete(world: World, type_: str, name: str, stack: str | None) -> str:
    """Delete a thing and what is in it. Returns its id. Raises CloudError where it is not there, or something needs it."""
    with world.transaction() as tx:
        entity = _one(tx, type_, name, stack)
        match entity.cloud:
            case "gcp":
                admission.refuse_while_used(tx, TYPES[entity.type], entity)
                admission.remove(tx, TYPES[entity.type], entity)
            case objects.CLOUD:
                api_server.delete(tx, _cluster(tx, entity), kinds.of(entity.type), entity)
            case _:
                tx.delete(entity.cloud, entity.type, entity.id)
    return entity.resource_id


def _one(tx: Snapshot, type_: str, name: str, stack: str | None) -> Entity:
    """By the name in the program or the id, and by the stack where others have the same."""
    typed = [entity for cloud in CLOUDS for entity in tx.list(cloud, type_)]
    found = [
        entity
        for entity in typed
        if name in (entity.urn.rpartition("::")[2], entity.resource_id, entity.id)
        and (stack is None or entity.urn.partition("::")[0] == f"urn:pulumi:{stack}")
    ]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{entity.urn.split(':')[2] or 'no stack'}: {entity.resource_id}" for entity in found)
        raise CloudError(Reason.INVALID, f"{len(found)} of {type_} are called {name}: {listed}")
    among = "there is none of that type" if not typed else f"none of the {len(typed)} there are is called so"
    raise CloudError(Reason.NOT_FOUND, f"there is no {type_} '{name}': {among}")


def _refuse_what_no_cloud_has(entity: Entity, path: Path, value: Any) -> None:
    """A list where there is a text, and nothing where there is always something."""
    where, before = ".".join(map(str, path)), _at(entity.outputs, path)
    if value is GONE:
        resource = _RESOURCES[entity.type]
        shape, name = inputs_of(resource), resource.autoname.property if resource.autoname else ""
        free = shape.properties.keys() - shape.required - {"project", resource.location, name}
        if len(path) == 1 and path[0] not in free:
            raise CloudError(Reason.INVALID, f"{where}: is always there, and cannot be taken away")
    elif before is not GONE and not _alike(before, value):
        raise CloudError(Reason.INVALID, f"{where}: is of another type than what is there, {_kind(before)}")


def _alike(before: Any, after: Any) -> bool:
    """Whether a value is of the same kind, and all that is in it. A number can be a text."""
    kinds_ = _kind(before), _kind(after)
    if before is None or kinds_ == ("a text", "a number"):
        return True
    if kinds_[0] != kinds_[1]:
        return False
    if isinstance(before, dict):
        return all(_alike(before[key], after[key]) for key in before.keys() & after.keys())
    return not isinstance(before, list) or not before or all(_alike(before[0], each) for each in after)


def _kind(value: Any) -> str:
    found = {dict: "an object", list: "a list", bool: "true or false", str: "a text", type(None): "nothing"}
    return found.get(type(value), "a number")


def _edit(tx: Transaction, entity: Entity, path: Path, value: Any) -> None:
    kind, cluster = kinds.of(entity.type), _cluster(tx, entity)
    before = objects.live(entity)
    after = objects.changed_generation(before, _with(before, path, value))
    field = tuple(str(step) for step in path)[: next((i for i, step in enumerate(path) if isinstance(step, int)), None)]
    facts = {"others": field_managers.taken(entity, KUBECTL, field)}
    api_server.observed(tx, cluster, kind, objects.save(tx, kind, entity, after, **facts), changed=True)


def _cluster(tx: Snapshot, entity: Entity) -> Cluster:
    uid = entity.id.partition("/")[0]
    return next(found for found in clusters.every(tx) if found.uid == uid)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if not _has(value, step):
            return GONE
        value = value[step]
    return value


def _has(value: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(value, list) and 0 <= step < len(value)
    return isinstance(value, dict) and step in value


def _fits(value: Any, path: Path) -> bool:
    """Whether there is a place for a value: all before the last step is there, and a list has the element or ends there."""
    inner = _at(value, path[:-1])
    if isinstance(path[-1], int):
        return isinstance(inner, list) and 0 <= path[-1] <= len(inner)
    return isinstance(inner, dict)


def _with(properties: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with the value at the path. Raises CloudError where it has no such place."""
    if not _fits(properties, path):
        raise CloudError(Reason.INVALID, f"it has no {'.'.join(map(str, path))}: {', '.join(sorted(properties))}")
    result = copy.deepcopy(properties)
    inner, last = _at(result, path[:-1]), path[-1]
    if value is GONE and _has(inner, last):
        del inner[last]
    elif isinstance(last, int) and last == len(inner) and value is not GONE:
        inner.append(value)
    elif value is not GONE:
        inner[last] = value
    return result
