"""What the cloud refuses in view of what exists: names, things referred to, things in use, quotas; and removal."""

from __future__ import annotations

from sandbox.clouds.gcp import identity, links
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.identity import Fields
from sandbox.clouds.gcp.resource import Properties, ResourceType
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot, Transaction

_NETWORK = "gcp:compute/network:Network"
_SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


def require_parents(tx: Snapshot, resource: ResourceType, filled: Fields, news: Properties) -> str:
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


def generation(tx: Snapshot, resource: ResourceType, owner: str) -> str:
    """What tells an owner from the one that had its name before: the cloud numbers what is in it from 1 on again."""
    types = [parent.type for parent in resource.parents if parent.owns]
    entity = tx.get("gcp", types[-1], owner) if types and owner else None
    serial = entity.outputs.get("_serial", 1) if entity else 1
    return f"#{serial}" if serial != 1 else ""


def refuse_while_used(tx: Snapshot, resource: ResourceType, entity: Entity) -> None:
    for child in tx.list("gcp", parent=entity.id):
        if not TYPES[child.type].cascade and not entity.outputs.get("forceDestroy"):
            raise CloudError(Reason.IN_USE, _used(resource, entity, child))
    for user in resource.used_by:
        used = str(entity.outputs[user.of]) if user.of else entity.id
        for other in tx.list("gcp", user.type):
            if any(links.same(used, full) for full in _named(other, user.property)):
                raise CloudError(Reason.IN_USE, _used(resource, entity, other))


def _named(user: Entity, property: str) -> list[str]:
    """The full names of what a property names: a bare name means something of the user's own project and place."""
    resource = TYPES[user.type]
    filled = identity.fields(resource, Settings(), user.outputs)
    return [full for parent, full in identity.references(resource, filled, user.outputs) if parent.property == property]


def remove(tx: Transaction, resource: ResourceType, entity: Entity) -> None:
    """The entity, and all that goes with it."""
    for child in tx.list("gcp", parent=entity.id):
        remove(tx, TYPES[child.type], child)
    tx.delete("gcp", entity.type, entity.id)
    count(tx, resource, entity.id, -1)
    if resource.reuse_after:
        tx.tombstone("gcp", entity.type, entity.id, resource.reuse_after)
    if resource.deleted:
        resource.deleted(tx, entity)


def count(tx: Transaction, resource: ResourceType, full: str, step: int) -> None:
    if resource.quota is None:
        return
    project = full.split("/")[1] if full.startswith("projects/") else full.split("/")[0]
    if tx.next(f"count/{resource.token}/{project}", step) > resource.quota.limit:
        raise CloudError(
            Reason.QUOTA,
            f"project {project} may have {resource.quota.limit} of {resource.kind} and has them all; delete some, or"
            f" ask Google for more ({resource.quota.source})",
        )


def taken(resource: ResourceType, full: str, urn: str) -> str:
    owner = f" It was made by {urn}." if urn else ""
    return f"{resource.kind} '{full}' already exists.{owner} Choose another name, or import it"


def buried(resource: ResourceType, full: str, seconds: float) -> str:
    if seconds == float("inf"):
        return f"{resource.kind} '{full}' existed, and its name can never be used again; choose another, or import it"
    days = seconds / 86400
    return f"{resource.kind} '{full}' was deleted lately; its name is free again in {days:.1f} days: choose another"


def _used(resource: ResourceType, entity: Entity, user: Entity) -> str:
    kind = user.type.rsplit(":", 1)[1]
    return f"{resource.kind} '{entity.id}' is in use by {kind} '{user.id}'; delete that first"
