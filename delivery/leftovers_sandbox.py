"""What previews left in the emulated clouds."""

from collections.abc import Iterator, Sequence
from typing import Any

from delivery.engines import Engine
from delivery.errors import Failed
from delivery.leftovers import Leftover, of_name
from model import names
from sandbox.clouds import removal
from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import Entity, World

_SQL = ("gcp:sql/database:Database", "gcp:sql/user:User")


class SandboxLeftovers:
    """Implements `delivery.leftovers.Leftovers` over the world."""

    def __init__(self, engine: Engine, world: World) -> None:
        self._engine, self._world = engine, world

    def found(self, base: str) -> Sequence[Leftover]:
        """By label, and databases and users by name."""
        return sorted(Leftover(preview, entity.type, entity.id) for preview, entity in self._entities())

    def remove(self, base: str, leftover: Leftover) -> None:
        """As its API does it, with what is in it."""
        try:
            removal.remove(self._world, leftover.kind, leftover.name)
        except CloudError as error:
            raise Failed(f"{leftover.name} was not removed: {error.message}", "Sweep again.") from None

    def _entities(self) -> Iterator[tuple[str, Entity]]:
        with self._world.read() as tx:
            entities = [*tx.list("gcp"), *tx.list("kubernetes")]
        for entity in entities:
            labels: Any = entity.inputs.get("labels") or (entity.inputs.get("metadata") or {}).get("labels") or {}
            preview = str(labels.get(names.PREVIEW_LABEL) or "")
            if entity.type in _SQL:
                preview = of_name(str(entity.inputs.get("name")))
            if names.PREVIEW.fullmatch(preview):
                yield preview, entity
