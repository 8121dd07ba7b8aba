"""The status of a Deployment, and what Pulumi says of a rollout that did not succeed."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import objects
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.world import Entity, Snapshot


def of(
    tx: Snapshot,
    live: dict[str, Any],
    current: Entity,
    old: list[PodState],
    new: list[PodState],
    unavailable: int,
    refused: str,
) -> dict[str, Any]:
    """The status as the Deployment controller writes it when nothing moves any more.

    `unavailable` pods may be missing for the Deployment to count as available. `refused` says why a pod could not be
    made. Times of conditions stay while a condition stays.
    """
    replicas = int(live["spec"]["replicas"])
    ready = sum(pod.ready for pod in (*old, *new))
    complete = not old and len(new) == replicas and all(pod.ready for pod in new)
    rs = current.id.rpartition("/")[2]
    conditions = [
        _condition(
            "Available",
            ready >= replicas - unavailable,
            ("MinimumReplicasAvailable", "Deployment has minimum availability."),
            ("MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
        ),
        _condition(
            "Progressing",
            complete,
            ("NewReplicaSetAvailable", f'ReplicaSet "{rs}" has successfully progressed.'),
            ("ProgressDeadlineExceeded", f'ReplicaSet "{rs}" has timed out progressing.'),
        ),
    ]
    if refused:
        conditions.append(_condition("ReplicaFailure", True, ("FailedCreate", refused), ("", "")))
    former = {c["type"]: c for c in (live.get("status") or {}).get("conditions") or []}
    now = objects.timestamp(tx.now())
    for condition in conditions:
        before = former.get(condition["type"], {})
        same = all(before.get(key) == condition[key] for key in ("status", "reason", "message"))
        condition["lastUpdateTime"] = before["lastUpdateTime"] if same else now
        stays = before.get("status") == condition["status"]
        condition["lastTransitionTime"] = before["lastTransitionTime"] if stays else now
    counts = {
        "availableReplicas": ready,
        "readyReplicas": ready,
        "replicas": len(old) + len(new),
        "unavailableReplicas": max(len(old) + len(new), replicas) - ready,
        "updatedReplicas": len(new),
    }
    # The server leaves counts of zero out.
    status: dict[str, Any] = {key: count for key, count in counts.items() if count}
    return {**status, "conditions": conditions, "observedGeneration": live["metadata"]["generation"]}


def failures(deployment: Entity, current: Entity) -> list[str]:
    """Why the Deployment is not live, worded as in pulumi-kubernetes 4.34 (provider/pkg/await/deployment.go,
    errorMessages); empty when it is live. Beyond the real ones: why pods could not be made, and which pods no node
    takes and why, which the real provider shows only while it waits."""
    live = objects.live(deployment)
    conditions = {condition["type"]: condition for condition in live["status"]["conditions"]}
    if conditions["Progressing"]["status"] == "True" and conditions["Available"]["status"] == "True":
        return []
    wrong = [c for c in conditions.values() if (c["status"] == "True") is (c["type"] == "ReplicaFailure")]
    reasons = [f"[{condition['reason']}] {condition['message']}" for condition in wrong]
    if conditions["Available"]["status"] == "True":
        reasons.append("Minimum number of Pods to consider the application live was not attained")
    else:
        reasons.append("Minimum number of live Pods was not attained")
    namespace = live["metadata"]["namespace"]
    prefix = "" if namespace == "default" else f"{namespace}/"
    return reasons + [f"[Pod {prefix}{pod.name}]: {pod.message}" for pod in states(current) if not pod.ready]


def _condition(type_: str, met: bool, good: tuple[str, str], bad: tuple[str, str]) -> dict[str, Any]:
    reason, message = good if met else bad
    return {"type": type_, "status": "True" if met else "False", "reason": reason, "message": message}
