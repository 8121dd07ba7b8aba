"""Whether Pulumi would call an object live, and how it words it when not (provider/pkg/await of pulumi-kubernetes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import deployment_status, jobs, kinds, objects, replica_sets, services
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.world import Entity, Snapshot, Transaction

SKIP = "pulumi.com/skipAwait"
REPLACE_UNREADY = "pulumi.com/replaceUnready"
AWAITED: Mapping[Kind, str] = {
    kinds.DEPLOYMENT: "all its pods are of the newest version and ready",
    kinds.JOB: "it is complete; a failed one is an error at once",
    kinds.SERVICE: "the pods that it selects are ready",
}
"""What Pulumi waits for, by kind."""


def failures(tx: Snapshot, kind: Kind, entity: Entity) -> list[str] | None:
    """None when the object is live, or its inputs say that nobody waits for it; else what the awaiter found."""
    if _annotated(objects.manifest(entity), SKIP):
        return None
    match kind:
        case kinds.DEPLOYMENT:
            return deployment_status.failures(entity, replica_sets.of(tx, entity)[-1]) or None
        case kinds.JOB:
            return jobs.failures(entity) or None
        case kinds.SERVICE:
            return services.failures(tx, entity)
    return None


def wants_ready(kind: Kind, manifest: Mapping[str, Any]) -> bool:
    """Whether a Job that is not complete shall make way for another one."""
    return kind is kinds.JOB and _annotated(manifest, REPLACE_UNREADY)


def unready(tx: Transaction, cluster: Cluster, manifest: Mapping[str, Any]) -> bool:
    """it is not complete and `pulumi.com/replaceUnready` is "true": so what failed is tried again at the next update"""
    metadata = manifest["metadata"]
    job = objects.get(tx, cluster, kinds.JOB, metadata.get("namespace") or "default", metadata["name"])
    return job is not None and bool(jobs.failures(jobs.settle(tx, cluster, job)))


def headline(kind: Kind, entity: Entity, reading: bool) -> str:
    """The sentence that the failures stand under: a failed Job ends the waiting, all else runs into the timeout."""
    name = entity.id.rpartition("/")[2]
    if reading or (kind is kinds.JOB and jobs.has_failed(entity)):
        return f"Resource '{name}' was created but failed to initialize"
    return f"'{name}' timed out waiting to be Ready"


def _annotated(manifest: Mapping[str, Any], annotation: str) -> bool:
    return ((manifest.get("metadata") or {}).get("annotations") or {}).get(annotation) == "true"
