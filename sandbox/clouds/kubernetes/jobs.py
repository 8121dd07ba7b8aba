"""The Job controller: a Job is done at once when its pods can run, fails when their image crashes, and waits otherwise."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import kinds, kubelet, limit_ranges, objects, pod_specs
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.placed_pods import PlacedPods, kept, states
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.world import Entity, Snapshot, Transaction


def settle(tx: Transaction, cluster: Cluster, job: Entity) -> Entity:
    """Try the Job's pods. A finished Job stays as it is; one that waits is tried again each time it is looked at."""
    live = objects.live(job)
    if any(c["type"] in ("Complete", "Failed") for c in (live.get("status") or {}).get("conditions") or []):
        return job
    spec, namespace = live["spec"], live["metadata"]["namespace"]
    parallelism, wanted = int(spec["parallelism"]), completions(job)
    template = limit_ranges.defaulted(tx, cluster, namespace, spec["template"])
    pods: list[PodState] = []
    if not spec.get("suspend"):
        pods = _tried(tx, cluster, job, template, namespace, min(wanted, parallelism))
    now = objects.timestamp(tx.now())
    started = (live.get("status") or {}).get("startTime", now)
    status: dict[str, Any] = {"startTime": started, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {}}
    if spec.get("suspend"):
        del status["startTime"]
        status["conditions"] = [_condition("Suspended", "JobSuspended", "Job suspended", now)]
    elif (pods or spec.get("completions") == 0) and all(pod.ready for pod in pods):
        status |= {"succeeded": wanted, "completionTime": now}
        reached = ("CompletionsReached", "Reached expected number of succeeded pods", now)
        status["conditions"] = [_condition("SuccessCriteriaMet", *reached), _condition("Complete", *reached)]
        pods = []
    elif any(pod.reason == "CrashLoopBackOff" for pod in pods):
        status["failed"] = int(spec.get("backoffLimit", 6)) + 1
        exceeded = ("BackoffLimitExceeded", "Job has reached the specified backoff limit", now)
        status["conditions"] = [_condition("FailureTarget", *exceeded), _condition("Failed", *exceeded)]
        pods = []
    else:
        status["active"] = len(pods)
    changed = {**live, "status": status}
    if changed == live and pods == states(job):
        return job
    finished = tx.now() if status.get("conditions") and not spec.get("suspend") else None
    return objects.save(tx, kinds.JOB, job, changed, pods=kept(pods), asks=pod_specs.asks(template), finished=finished)


def completions(job: Entity) -> int:
    """How many of its pods shall succeed: as many as there are where nobody counts them."""
    spec = objects.live(job)["spec"]
    return int(spec.get("completions", spec["parallelism"]))


def failures(job: Entity) -> list[str]:
    """Why the Job is not complete, as pulumi-kubernetes words it (provider/pkg/await/job.go and checker/job)."""
    live = objects.live(job)
    conditions = (live["status"].get("conditions") or []) if "status" in live else []
    if any(c["type"] in ("Complete", "Suspended") for c in conditions):
        return []
    failed = [f"[{c['reason']}] {c['message']}" for c in conditions if c["type"] == "Failed"]
    namespace = live["metadata"]["namespace"]
    prefix = "" if namespace == "default" else f"{namespace}/"
    return failed + [f"[Pod {prefix}{pod.name}]: {pod.message}" for pod in states(job)] or ["Job is not complete"]


def has_failed(job: Entity) -> bool:
    """Whether the Job is over and did not succeed: then nobody waits for it any longer."""
    conditions = (objects.live(job).get("status") or {}).get("conditions") or []
    return any(c["type"] == "Failed" for c in conditions)


def _tried(
    tx: Snapshot, cluster: Cluster, job: Entity, template: dict[str, Any], namespace: str, count: int
) -> list[PodState]:
    placed, spec = PlacedPods(tx, cluster, namespace), pod_specs.of(template)
    for pod in states(job):
        placed.remove(pod, job)
    pods = []
    for number in range(count):
        name = f"{job.id.rpartition('/')[2]}-{number}"
        if refusal := placed.admit(template, name):
            pods.append(PodState(name, "", "FailedCreate", refusal))
            continue
        pod = placed.place(PodState(name), job.id, spec)
        pods.append(kubelet.started(tx, cluster, namespace, template, pod) if pod.node else pod)
    return pods


def _condition(type_: str, reason: str, message: str, now: str) -> dict[str, Any]:
    return {
        "type": type_,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastProbeTime": now,
        "lastTransitionTime": now,
    }
