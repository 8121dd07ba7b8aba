"""Diff: a state against new inputs (Diff in provider/pkg/provider/provider.go of pulumi-kubernetes 4.34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.clouds.kubernetes import auto_names, differences, normal_form, replacement
from sandbox.clouds.kubernetes.connection import Connection
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.liveness import REPLACE_UNREADY
from sandbox.clouds.protocol import Diffed

UNREADY = f'.metadata.annotations["{REPLACE_UNREADY}"]'


def diff(
    kind: Kind,
    connection: Connection,
    old_inputs: dict[str, Any],
    state: dict[str, Any],
    news: dict[str, Any],
    ignored: Sequence[str],
    unready: bool,
) -> Diffed:
    """What an update would change. All arguments are in clear; `state` are the outputs of last time, whose `__inputs`
    are what was applied last, also where that failed. `unready` is whether the object is to be replaced for not being
    what it should be."""
    new = normal_form.inputs(kind, news)
    former = normal_form.inputs(kind, state.get("__inputs") or old_inputs)
    live = {key: value for key, value in state.items() if not key.startswith("__")}
    base = {"apiVersion": kind.api_version, "kind": kind.kind} | differences.pruned(live, former)
    for obj in (base, new):
        obj["metadata"] = _placed(kind, obj.get("metadata") or {})
    name, namespace = live["metadata"]["name"], live["metadata"].get("namespace", "")
    if new["metadata"].get("name"):
        base["metadata"]["name"] = name
    forced = replacement.properties(kind, new, connection.mutable_secrets, connection.mutable_config_maps)
    changes = differences.without(differences.between(base, new, forced), ignored)
    replaces = [*differences.replaces(changes), *([UNREADY] if unready else [])]
    same_place = new["metadata"].get("name") == name and new["metadata"].get("namespace", "") == namespace
    return Diffed(
        changes=bool(changes) or unready,
        replaces=replaces,
        detailed=changes,
        # Another object of the same name cannot be made while the old one is there; an auto-name makes way.
        delete_before_replace=bool(replaces) and same_place and not auto_names.autonamed(new),
    )


def _placed(kind: Kind, metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata with the namespace spelled out, or without one where the kind has none."""
    rest = {key: value for key, value in metadata.items() if key != "namespace"}
    return rest | {"namespace": metadata.get("namespace") or "default"} if kind.namespaced else rest
