"""What runs, read from a real cluster and from Cloud Run by refreshing the Deployments and services of a stack.

Pulumi's state, or what it would be, then holds each one's own status. It tells whether a rollout is complete, but not what the old
pods run while it is not: the image is then left open rather than guessed.
"""

from collections.abc import Mapping
from typing import Any

from delivery.engine_pulumi import PulumiEngine
from delivery.engines import Part, quiet
from delivery.errors import Failed
from delivery.workloads import Workload

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CLOUD_RUN = "gcp:cloudrunv2/service:Service"


class PulumiWorkloads:
    """Refreshes only what runs, which leaves the rest of the state alone."""

    def __init__(self, engine: PulumiEngine) -> None:
        self._engine = engine

    def running(self, stack: str, changing: bool = True) -> Mapping[str, Workload]:
        """What runs for a stack by name; empty where the stack was never brought up. The state of one that does not change
        is neither locked nor written: for that it takes no more than being let in to read."""
        engine = self._engine if changing else self._engine.watching()
        if stack not in engine.stacks(beside=stack):
            return {}
        kinds = {str(resource["urn"]): resource["type"] for resource in _running(engine.state(stack))}
        if not kinds:
            return {}
        outputs = self._refreshed(stack, tuple(kinds)) if changing else engine.seen(stack, tuple(kinds))
        found = [
            service(urn.rpartition("::")[2], outputs[urn]) if kind == CLOUD_RUN else workload(outputs[urn])
            for urn, kind in kinds.items()
            if urn in outputs
        ]
        return {each.name: each for each in found}

    def _refreshed(self, stack: str, urns: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
        refreshed = self._engine.run(stack, "refresh", quiet, Part(targets=urns))
        if not refreshed.ok:
            reasons = [found.message for found in refreshed.diagnostics if found.severity == "error"]
            raise Failed(
                f"the health of '{stack}' cannot be read: {'; '.join(reasons)}", "Check access to its cluster."
            )
        return {resource["urn"]: resource["outputs"] for resource in _running(self._engine.state(stack))}


def workload(outputs: Mapping[str, Any]) -> Workload:
    """A Deployment as its API shows it, judged as `kubectl rollout status` judges it."""
    metadata, spec, status = outputs["metadata"], outputs["spec"], outputs.get("status") or {}
    desired = int(spec.get("replicas", 1))
    ready = int(status.get("readyReplicas", 0))
    reason = _unfinished(int(metadata.get("generation", 0)), desired, status)
    containers = spec["template"]["spec"]["containers"]
    return Workload(
        name=str(metadata["name"]),
        image="" if reason else str(containers[0]["image"]),
        ready=ready,
        desired=desired,
        healthy=not reason,
        reason=reason,
    )


def service(name: str, outputs: Mapping[str, Any]) -> Workload:
    """A service on Cloud Run as its API shows it. It counts as one instance: how many there are, nobody can say.

    The image is left open while a revision is on its way, and where requests go to several.
    """
    conditions = outputs.get("terminalConditions") or [{}]
    reason = ""
    if outputs.get("reconciling") or conditions[0].get("state") != "CONDITION_SUCCEEDED":
        reason = str(conditions[0].get("message") or "its newest revision is not ready")
    shares = outputs.get("traffics") or []
    whole = all(share.get("type") != "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" for share in shares)
    settled = not reason and whole and outputs.get("latestReadyRevision") == outputs.get("latestCreatedRevision")
    image = str(outputs["template"]["containers"][0]["image"]) if settled else ""
    return Workload(name, image, 0 if reason else 1, 1, not reason, reason)


def _unfinished(generation: int, desired: int, status: Mapping[str, Any]) -> str:
    """Why the rollout is not complete; empty where it is."""
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return str(condition.get("message") or "the progress deadline is exceeded")
    if int(status.get("observedGeneration", 0)) < generation:
        return "the cluster has not seen the last change yet"
    updated, available = int(status.get("updatedReplicas", 0)), int(status.get("availableReplicas", 0))
    if updated < desired:
        return f"{updated} of {desired} pods are of the new version"
    if int(status.get("replicas", 0)) > updated:
        return "pods of the old version are still there"
    if available < updated:
        return f"{available} of {updated} new pods are available"
    return ""


def _running(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        resource
        for resource in state.get("resources") or ()
        if resource["type"] in (DEPLOYMENT, CLOUD_RUN) and not resource.get("delete")
    ]
