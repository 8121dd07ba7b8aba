"""What exists in the world, and what is in what: projects, what stands in them, and what hangs from that.

Identity only. Properties stay in the world, since passwords are among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.clouds import registry
from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE
from sandbox.clouds.kubernetes.kinds import DEPLOYMENT, NAMESPACE
from sandbox.clouds.world import Entity, World

CLOUDS = ("gcp", "github", "kubernetes")
PROJECT, REPOSITORY = "project", "repository"
Key = tuple[str, str]
"""Type and id. Alone it is not unique: two clusters can have the same objects."""


@dataclass(frozen=True)
class Thing:
    """One thing that exists, by its type token and the id that Pulumi knows it by.

    `stack` and `name` say what made it, and are empty for what the cloud made by itself. `path` is what it is in, from
    its project or GitHub repository down; with it a thing is unique.
    """

    type: str
    id: str
    stack: str
    name: str
    created: datetime
    path: tuple[Key, ...]

    @property
    def place(self) -> tuple[Key, ...]:
        """The path of what is in it."""
        return (*self.path, (self.type, self.id))


@dataclass(frozen=True)
class Inventory:
    """What exists at one moment of the virtual clock, sorted by path, type and id."""

    now: datetime
    things: tuple[Thing, ...]
    images: tuple[registry.Image, ...]


def gather(world: World, stack: str | None = None) -> Inventory:
    """Everything, or only what one stack made; images were pushed by no stack."""
    with world.read() as tx:
        now = datetime.fromtimestamp(tx.now(), UTC)
        entities = [entity for cloud in CLOUDS for entity in tx.list(cloud)]
    homes = _Homes(entities)
    things = [
        Thing(
            entity.type,
            entity.resource_id,
            *_maker(entity.urn),
            datetime.fromtimestamp(entity.created, UTC),
            homes.path(entity),
        )
        for entity in entities
    ]
    things.sort(key=lambda thing: (thing.path, thing.type, thing.id))
    if stack is not None:
        return Inventory(now, tuple(thing for thing in things if thing.stack == stack), ())
    return Inventory(now, tuple(things), tuple(registry.images(world)))


class _Homes:
    """Finds what a thing is in. In Google's cloud and on GitHub its id says so, in Kubernetes namespace, cluster and
    owner."""

    def __init__(self, entities: list[Entity]) -> None:
        self._google: Mapping[str, Entity] = {each.id: each for each in entities if each.cloud == "gcp"}
        self._objects = {(each.type, each.id): each for each in entities if each.cloud == "kubernetes"}
        self._clusters = {each.outputs.get("_uid"): each for each in entities if each.type == CLUSTER_TYPE}

    def path(self, entity: Entity) -> tuple[Key, ...]:
        """From the project down to what holds it directly."""
        holder = self._holder(entity)
        if holder is not None:
            return (*self.path(holder), (holder.type, holder.resource_id))
        if entity.cloud == "github":
            return ((REPOSITORY, _repository(entity.id)),)
        return ((PROJECT, _project(entity.id)),) if entity.cloud == "gcp" else ()

    def _holder(self, entity: Entity) -> Entity | None:
        if entity.cloud == "gcp":
            return self._google.get(entity.parent)
        if entity.cloud == "github":
            return None
        uid, namespace, _ = entity.id.split("/", 2)
        owner = self._objects.get((DEPLOYMENT.token, entity.parent))
        return owner or self._objects.get((NAMESPACE.token, f"{uid}//{namespace}")) or self._clusters.get(uid)


def _project(id_: str) -> str:
    """Google's ids begin with `projects/NAME/`, but for a project's own IAM, which begins with the name."""
    first, _, rest = id_.partition("/")
    return rest.partition("/")[0] if first == "projects" else first


def _repository(id_: str) -> str:
    """GitHub's ids begin with `repos/OWNER/NAME/`."""
    return "/".join(id_.split("/")[1:3])


def _maker(urn: str) -> tuple[str, str]:
    """The stack and the name in a URN; both empty where there is none."""
    if not urn:
        return "", ""
    return urn.split("::")[0].rpartition(":")[2], urn.rpartition("::")[2]
