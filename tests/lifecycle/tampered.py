"""Changing the emulated clouds at random, past every engine and every rule: whatever became of the world must be found."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from delivery import state_document
from delivery.engines import Kept
from sandbox.clouds.gcp.reading import OF_THE_PROVIDER, UNREAD
from sandbox.clouds.inventory import CLOUDS
from sandbox.clouds.world import Entity, Transaction
from sandbox.engine import paths
from sandbox.engine.paths import Path
from sandbox.values import is_secret
from tests.lifecycle.commands import Site

CLUSTER = "gcp:container/cluster:Cluster"
IDENTITY: tuple[Path, ...] = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
"""Of an object of Kubernetes: with another one it is another object."""

DOOR: Path = ("controlPlaneEndpointsConfig", "dnsEndpointConfig", "allowExternalTraffic")
"""Of a cluster: once it is shut, nobody sees what is in there."""


@dataclass(frozen=True)
class Managed:
    """A resource of a stack with what it is in the world, and the paths of the properties that its program manages."""

    kept: Kept
    entity: Entity
    paths: tuple[Path, ...]


def managed(site: Site, stack: str) -> list[Managed]:
    """All resources of a stack that a cloud has, in the order of the state."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    world = site.world
    with world.read() as tx:
        made = {(each.type, each.urn): each for cloud in CLOUDS for each in tx.list(cloud) if each.urn}
    world.close()
    kept = state_document.kept(json.loads(file.read_text()))
    return [
        Managed(each, made[each.type, each.urn], tuple(_paths(each)))
        for each in kept
        if each.custom and not each.external and not each.type.startswith("pulumi:")
    ]


def _paths(kept: Kept) -> Iterator[Path]:
    ignored = [paths.parse(path) for path in kept.ignored]
    unread = [paths.parse(path) for path in UNREAD.get(kept.type, ())]
    for path in _leaves(kept.inputs, ()):
        if any(paths.contains(one, path) for one in (*ignored, *unread)):
            continue
        if (kept.type.startswith("kubernetes:") and path not in IDENTITY) or (
            not kept.type.startswith("kubernetes:") and path[0] not in OF_THE_PROVIDER and path != DOOR
        ):
            yield path


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    """What holds no more: scalars, secrets, and what is empty."""
    if isinstance(value, Mapping) and value:
        for key in sorted(value.keys() - {"__defaults"}):
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    elif path:
        yield path


def change(tx: Transaction, resource: Managed, path: Path) -> None:
    """Give a property another value in the world."""
    entity = tx.get(resource.entity.cloud, resource.entity.type, resource.entity.id)
    assert entity
    outputs = _with(entity.outputs, path)
    # The inputs of an object of Kubernetes are what was applied last; in the other clouds they are its properties, too.
    inputs = entity.inputs if entity.cloud == "kubernetes" else _with(entity.inputs, path)
    tx.put(replace(entity, inputs=inputs, outputs=outputs))


def _with(value: Any, path: Path) -> Any:
    if is_secret(value):
        return {**value, "value": _with(value["value"], path)}
    if path == ("machineType",):
        return {**value, "machineType": "e2-standard-8"}
    if not path:
        return _other(value)
    if isinstance(value, list):
        assert isinstance(path[0], int)
        return [_with(each, path[1:]) if at == path[0] else each for at, each in enumerate(value)]
    return {**value, path[0]: _with(value[path[0]], path[1:])}


def _other(value: Any) -> Any:
    """Another one of its kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if value.startswith("{"):
            return json.dumps({**json.loads(value), "other": True})
        case str() if value[:1].isdigit():
            # A quantity stays one.
            return f"1{value}"
        case str():
            return f"{value}-other"
        case list():
            return [*value, "other"]
        case _ if not value:
            return {"other": "other"}
        case _:
            first = min(value)
            return {**value, first: _other(value[first])}


def one_of_each(resources: list[Managed], chance: random.Random) -> list[Managed]:
    """A resource of every type, each with some managed property."""
    types: dict[str, list[Managed]] = {}
    for each in resources:
        if each.paths:
            types.setdefault(each.kept.type, []).append(each)
    return [chance.choice(types[type_]) for type_ in sorted(types)]
