"""ResourceQuotas: how many objects a namespace may have, and what the quota's status shows.

Quotas of pods and their resources are kept where pods are made (placed_pods.py).
"""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import kinds, objects, quantities
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.placed_pods import PlacedPods
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot

_SHORT = {
    "services": kinds.SERVICE,
    "secrets": kinds.SECRET,
    "configmaps": kinds.CONFIG_MAP,
    "persistentvolumeclaims": kinds.VOLUME_CLAIM,
    "resourcequotas": kinds.RESOURCE_QUOTA,
}


def keys(kind: Kind) -> tuple[str, ...]:
    """The keys of a quota's `hard` that count objects of the kind."""
    return (*(key for key, counted in _SHORT.items() if counted is kind), f"count/{kind.resource}")


def admit(tx: Snapshot, cluster: Cluster, kind: Kind, namespace: str, name: str) -> None:
    """Raise CloudError QUOTA, worded as the API server does, when one more object is too many."""
    for quota in objects.listed(tx, cluster, kinds.RESOURCE_QUOTA, namespace):
        for key, text in _hard(objects.live(quota)).items():
            if _counted(key) is kind:
                limit, used = quantities.whole(text), len(objects.listed(tx, cluster, kind, namespace))
                if used + 1 > limit:
                    quota_name = quota.id.rpartition("/")[2]
                    raise CloudError(
                        Reason.QUOTA,
                        f'{kind.resource} "{name}" is forbidden: exceeded quota: {quota_name}, '
                        f"requested: {key}=1, used: {key}={used}, limited: {key}={limit}",
                    )


def with_status(tx: Snapshot, cluster: Cluster, live: dict[str, Any]) -> dict[str, Any]:
    """The quota with `status.hard` and `status.used`."""
    namespace = live["metadata"]["namespace"]
    pods = PlacedPods(tx, cluster, namespace)
    used = {}
    for key in _hard(live):
        counted = _counted(key)
        if counted:
            used[key] = str(len(objects.listed(tx, cluster, counted, namespace)))
        else:
            used[key] = pods.used_text(key)
    return {**live, "status": {"hard": _hard(live), "used": used}}


def _hard(live: dict[str, Any]) -> dict[str, Any]:
    return (live.get("spec") or {}).get("hard") or {}


def _counted(key: str) -> Kind | None:
    """The kind that a key like `services` or `count/deployments.apps` counts."""
    if key in _SHORT:
        return _SHORT[key]
    resource = key.removeprefix("count/")
    return next((k for k in kinds.KINDS.values() if k.resource == resource and key.startswith("count/")), None)
