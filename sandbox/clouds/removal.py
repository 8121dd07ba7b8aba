"""Taking a thing away past every stack, as people do in the console: by the rules of its API, with what is in it."""

from __future__ import annotations

from sandbox.clouds.gcp import admission
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.world import World


def remove(world: World, type: str, id: str) -> None:
    """`id` is the world's. What is gone already is no error. Raises CloudError where its API would refuse."""
    with world.transaction() as tx:
        if type in TYPES:
            if entity := tx.get("gcp", type, id):
                admission.refuse_while_used(tx, TYPES[type], entity)
                admission.remove(tx, TYPES[type], entity)
            return
        if tx.get("kubernetes", type, id) is None:
            return
        if type == kinds.NAMESPACE.token:
            cluster, _, name = id.split("/", 2)
            for inside in tx.list("kubernetes", prefix=f"{cluster}/{name}/"):
                tx.delete("kubernetes", inside.type, inside.id)
        tx.delete("kubernetes", type, id)
