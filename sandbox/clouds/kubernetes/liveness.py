"""Whether Pulumi would call an object live, and how it words it when not (provider/pkg/await of pulumi-kubernetes)."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.clouds.kubernetes import deployment_status, jobs, kinds, objects, replica_sets, services
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.world import Entity, Snapshot

SKIP = "pulumi.com/skipAwait"
AWAITED: Mapping[Kind, str] = {
    kinds.DEPLOYMENT: "all its pods are of the newest version and ready",
    kinds.JOB: "it is complete; a failed one is an error at once",
    kinds.SERVICE: "the pods that it selects are ready",
}
"""What Pulumi waits for, by kind."""


def failures(tx: Snapshot, kind: Kind, entity: Entity) -> list[str] | None:
    """None when the object is live, or its inputs say that nobody waits for it; else what the awaiter found."""
    annotations = (objects.manifest(entity).get("metadata") or {}).get("annotations") or {}
    if annotations.get(SKIP) == "true":
        return None
    match kind:
        case kinds.DEPLOYMENT:
            return deployment_status.failures(entity, replica_sets.of(tx, entity)[-1]) or None
        case kinds.JOB:
            return jobs.failures(entity) or None
        case kinds.SERVICE:
            return services.failures(tx, entity)
    return None


def headline(kind: Kind, entity: Entity, reading: bool) -> str:
    """The sentence that the failures stand under: a failed Job ends the waiting, all else runs into the timeout."""
    name = entity.id.rpartition("/")[2]
    if reading or (kind is kinds.JOB and jobs.has_failed(entity)):
        return f"Resource '{name}' was created but failed to initialize"
    return f"'{name}' timed out waiting to be Ready"
