"""The tables of the world, and how an older world becomes one of today."""

from __future__ import annotations

_WITH_PODS = "('kubernetes:apps/v1:ReplicaSet', 'kubernetes:batch/v1:Job')"


def _loading(row: str, sign: int, source: str = "", where: str = "") -> str:
    """The statement that adds the pods of a row to `load`, or takes them away again."""
    return (
        "INSERT INTO load "
        f"SELECT substr({row}.id, 1, instr({row}.id, '/') - 1), json_extract(pod.value, '$.node'), asked.key, "
        f"{sign} * asked.value "
        f"FROM {source} json_each({row}.outputs, '$._pods') AS pod, "
        f"json_each(json_set(json_extract({row}.outputs, '$._asks.requests'), '$.pods', 1)) AS asked "
        f"WHERE json_extract(pod.value, '$.node') <> '' {where} "
        "ON CONFLICT (cluster, node, resource) DO UPDATE SET amount = amount + excluded.amount;"
    )


def _on(event: str, row: str, body: str) -> str:
    return (
        f"CREATE TRIGGER load_{event.lower()} AFTER {event} ON entity WHEN {row}.type IN {_WITH_PODS} BEGIN {body} END"
    )


_LOAD = (
    (
        "CREATE TABLE load (cluster TEXT NOT NULL, node TEXT NOT NULL, resource TEXT NOT NULL, amount INTEGER NOT NULL, "
        "PRIMARY KEY (cluster, node, resource)) WITHOUT ROWID"
    ),
    _on("INSERT", "NEW", _loading("NEW", 1)),
    _on("UPDATE", "NEW", _loading("OLD", -1) + _loading("NEW", 1)),
    _on("DELETE", "OLD", _loading("OLD", -1)),
)
"""What the pods of a cluster take of each node, and how many they are. SQLite keeps it itself, by every way that a row
comes and goes; so that placing one pod does not cost a look at all others."""

_BY_ID = "CREATE INDEX entity_id ON entity (cloud, id, type)"
_BY_TOPIC = (
    "CREATE INDEX entity_topic ON entity (json_extract(outputs, '$.topic')) "
    "WHERE type = 'gcp:pubsub/subscription:Subscription'"
)
"""A topic that goes must find its subscriptions, which stay, among thousands."""
_TAG = (
    "CREATE TABLE tag (reference TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, "
    "PRIMARY KEY (reference, name)) WITHOUT ROWID"
)

TABLES = (
    (
        "CREATE TABLE entity (cloud TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL, "
        "parent TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, "
        "PRIMARY KEY (cloud, type, id)) WITHOUT ROWID"
    ),
    "CREATE INDEX entity_parent ON entity (cloud, parent, type)",
    "CREATE INDEX entity_urn ON entity (urn)",
    _BY_ID,
    _BY_TOPIC,
    *_LOAD,
    (
        "CREATE TABLE tombstone (cloud TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, until REAL NOT NULL, "
        "PRIMARY KEY (cloud, type, id)) WITHOUT ROWID"
    ),
    "CREATE TABLE serial (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE clock (advanced REAL NOT NULL)",
    "INSERT INTO clock VALUES (0)",
    (
        "CREATE TABLE image (reference TEXT NOT NULL, digest TEXT NOT NULL, crash INTEGER NOT NULL, pushed REAL NOT NULL, "
        "crash_with TEXT NOT NULL DEFAULT '', PRIMARY KEY (reference, digest)) WITHOUT ROWID"
    ),
    _TAG,
    (
        "CREATE TABLE attestation (note TEXT NOT NULL, uri TEXT NOT NULL, key TEXT NOT NULL, signature TEXT NOT NULL, "
        "PRIMARY KEY (note, uri, key)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE fault (id INTEGER PRIMARY KEY, type TEXT NOT NULL, operation TEXT NOT NULL, nth INTEGER NOT NULL, "
        "effect TEXT NOT NULL, seconds REAL NOT NULL, seen INTEGER NOT NULL DEFAULT 0)"
    ),
)
VERSION = 4
UPGRADES = {
    1: ("ALTER TABLE image ADD COLUMN crash_with TEXT NOT NULL DEFAULT ''",),
    2: (_TAG,),
    3: (_BY_ID, _BY_TOPIC, *_LOAD, _loading("entity", 1, "entity,", f"AND entity.type IN {_WITH_PODS}")),
}
"""Version of the tables -> the statements that lead from it to the next."""
