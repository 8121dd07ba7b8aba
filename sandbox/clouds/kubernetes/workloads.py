"""What runs in a namespace, for whoever asks about health: not what was wanted, but what is there and ready."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.clouds.kubernetes import (
    api_server,
    clusters,
    deployment_status,
    jobs,
    kinds,
    objects,
    pod_specs,
    replica_sets,
)
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.world import Entity, Snapshot, World


@dataclass(frozen=True)
class Workload:
    """A Deployment or Job. `image` is what its ready pods run (empty when none is), pods counted in `ready` and
    `desired`; `healthy` when all that was asked for runs, and otherwise `reason` says why not."""

    kind: str
    image: str
    ready: int
    desired: int
    healthy: bool
    reason: str


def running(world: World, cluster_endpoint: str, namespace: str) -> dict[str, Workload]:
    """The namespace's Deployments and Jobs by name; Deployments win over Jobs of the same name.

    Looks as the controllers would by now: images that have been pushed since are pulled, pods that fit since are
    scheduled. `cluster_endpoint` is the address or name of the API server, without scheme. Empty where there is none.
    """
    with world.transaction() as tx:
        cluster = clusters.at_endpoint(tx, cluster_endpoint)
        if cluster is None:
            return {}
        found = {}
        for job in objects.listed(tx, cluster, kinds.JOB, namespace):
            job = api_server.observed(tx, cluster, kinds.JOB, job)
            found[_name(job)] = _job(job)
        for deployment in objects.listed(tx, cluster, kinds.DEPLOYMENT, namespace):
            deployment = api_server.observed(tx, cluster, kinds.DEPLOYMENT, deployment)
            found[_name(deployment)] = _deployment(tx, deployment)
        return dict(sorted(found.items()))


def namespaces(tx: Snapshot, cluster: Cluster) -> list[str]:
    """The namespaces that were made in the cluster, without those it came with."""
    return [_name(entity) for entity in objects.listed(tx, cluster, kinds.NAMESPACE)]


def _deployment(tx: Snapshot, deployment: Entity) -> Workload:
    sets = replica_sets.of(tx, deployment)
    ready = {rs.id: sum(pod.ready for pod in states(rs)) for rs in sets}
    # The newest that has ready pods: after a rollout that is stuck, that is the former one.
    serving = [rs for rs in sets if ready[rs.id]]
    newest = sets[-1]
    image = _image(replica_sets.template(serving[-1])) if serving else ""
    if serving and len(serving) > 1 and not all(pod.ready for pod in states(newest)):
        image = _image(replica_sets.template(max(serving, key=lambda rs: ready[rs.id])))
    failures = deployment_status.failures(deployment, newest)
    desired = int(objects.live(deployment)["spec"]["replicas"])
    return Workload("Deployment", image, sum(ready.values()), desired, not failures, "; ".join(failures))


def _job(job: Entity) -> Workload:
    live = objects.live(job)
    failures = jobs.failures(job)
    desired = jobs.completions(job)
    done = int(live["status"].get("succeeded", 0))
    image = _image(live["spec"]["template"]) if done else ""
    return Workload("Job", image, done, desired, not failures, "; ".join(failures))


def _image(template: dict[str, object]) -> str:
    return str(pod_specs.containers(template)[-1].get("image", ""))


def _name(entity: Entity) -> str:
    return entity.id.rpartition("/")[2]
