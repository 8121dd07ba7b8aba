"""What is in the world, and how it is read and written inside one transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, field, replace
from typing import Any

COLUMNS = "cloud, type, id, urn, parent, inputs, outputs, created, updated"


@dataclass(frozen=True)
class Entity:
    """One thing that exists. `type` is Pulumi's token, `parent` the id of what contains it, or empty.

    `outputs` are what Pulumi is shown, and beside them the sandbox's own facts, whose keys begin with one underscore
    (`_uid`): `shown` leaves those out. Times are seconds since the epoch on the virtual clock.
    """

    cloud: str
    type: str
    id: str
    urn: str
    parent: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    created: float = 0.0
    updated: float = 0.0

    @property
    def shown(self) -> dict[str, Any]:
        """The outputs as Pulumi sees them."""
        return {k: v for k, v in self.outputs.items() if not k.startswith("_") or k.startswith("__")}

    def known_as(self, id_: str, outputs: dict[str, Any]) -> bool:
        """Whether this is what a state knows by that id. Objects of two clusters can share one; their uids differ."""
        mine, theirs = (each.get("metadata", {}).get("uid") for each in (self.outputs, outputs))
        return self.resource_id == id_ and (mine is None or theirs is None or mine == theirs)

    @property
    def resource_id(self) -> str:
        """Pulumi's id: `_id` in the outputs, else the world's.

        A Kubernetes object's id in the world has its cluster in front and two parts always.
        """
        if self.cloud != "kubernetes":
            return str(self.outputs.get("_id", self.id))
        _, namespace, name = self.id.split("/", 2)
        return f"{namespace}/{name}" if namespace else name


class Snapshot:
    """What can be read inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Rows of the tables that registry and faults keep beside the entities."""
        return self._connection.execute(sql, values).fetchall()

    def get(self, cloud: str, type: str, id: str) -> Entity | None:
        """The entity, or None where it does not exist."""
        row = self._connection.execute(
            f"SELECT {COLUMNS} FROM entity WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id)
        ).fetchone()
        return entity_of(row) if row else None

    def list(
        self, cloud: str, type: str | None = None, prefix: str | None = None, parent: str | None = None
    ) -> list[Entity]:
        """Entities by type, beginning of their id and parent (all given must hold), sorted by id."""
        where, values = ["cloud = ?"], [cloud]
        # SQLite knows nothing of how many have the same type or parent, and would rather read them all in order.
        index = "INDEXED BY entity_parent" if parent else "INDEXED BY entity_id" if prefix and type is None else ""
        if type is not None:
            where.append("type = ?")
            values.append(type)
        if prefix is not None:
            where.append("id >= ? AND id < ?")
            values += [prefix, prefix + "\U0010ffff"]
        if parent is not None:
            where.append("parent = ?")
            values.append(parent)
        sql = f"SELECT {COLUMNS} FROM entity {index} WHERE {' AND '.join(where)} ORDER BY id, type"
        return [entity_of(row) for row in self._connection.execute(sql, values)]

    def now(self) -> float:
        """The virtual clock: the real one plus all that was advanced, in seconds since the epoch."""
        (advanced,) = self._connection.execute("SELECT advanced FROM clock").fetchone()
        return time.time() + float(advanced)

    def tombstoned(self, cloud: str, type: str, id: str) -> float | None:
        """Until when the name may not be used again, or None where it is free."""
        row = self._connection.execute(
            "SELECT until FROM tombstone WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id)
        ).fetchone()
        return float(row[0]) if row and row[0] > self.now() else None


class Transaction(Snapshot):
    """What can be written. Everything is undone when the block that opened it raises."""

    def put(self, entity: Entity) -> Entity:
        """Store the entity, new or changed, with its times; the result has them. `created` stays as it was."""
        now = self.now()
        created = entity.created or now
        self._connection.execute(
            f"INSERT INTO entity ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "urn = excluded.urn, parent = excluded.parent, inputs = excluded.inputs, outputs = excluded.outputs, "
            "created = excluded.created, updated = excluded.updated",
            (
                *(entity.cloud, entity.type, entity.id, entity.urn, entity.parent),
                *(_text(entity.inputs), _text(entity.outputs), created, now),
            ),
        )
        return replace(entity, created=created, updated=now)

    def delete(self, cloud: str, type: str, id: str) -> None:
        """Remove the entity if it is there. What it contained is the provider's business."""
        self._connection.execute("DELETE FROM entity WHERE cloud = ? AND type = ? AND id = ?", (cloud, type, id))

    def tombstone(self, cloud: str, type: str, id: str, seconds: float) -> None:
        """Keep the name from being used again for so many seconds of virtual time."""
        self._connection.execute(
            "INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?, ?)", (cloud, type, id, self.now() + seconds)
        )

    def next(self, name: str, step: int = 1) -> int:
        """1, 2, 3 ... for each name: what tells a thing from its predecessor of the same name, or counts things."""
        (value,) = self._connection.execute(
            "INSERT INTO serial VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ? RETURNING value",
            (name, step, step),
        ).fetchone()
        return int(value)

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        """Change the tables that registry, clock and faults keep beside the entities."""
        self._connection.execute(sql, values)


def entity_of(row: Any) -> Entity:
    cloud, type_, id_, urn, parent, inputs, outputs, created, updated = row
    return Entity(cloud, type_, id_, urn, parent, json.loads(inputs), json.loads(outputs), created, updated)


def _text(properties: dict[str, Any]) -> str:
    return json.dumps(properties, sort_keys=True, separators=(",", ":"))
