"""A Deployment becomes ready when its image can run and its pods fit, and otherwise leaves the former one running."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox.clouds import by_hand, registry
from sandbox.clouds.kubernetes import kinds, objects
from sandbox.clouds.kubernetes.workloads import Workload, running
from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import (
    AUTOSCALER,
    CRASHING,
    DEPLOYMENT,
    ENDPOINT,
    GOOD,
    MISSING,
    NAMESPACE,
    SECRET,
    VOLUME_CLAIM,
    Provider,
    deployment,
    make_world,
)


def api(world: World) -> Workload:
    return running(world, ENDPOINT, "dev")["api"]


def reasons(text: str) -> list[str]:
    return text.split("; ")


def test_ready(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())

    assert made.reasons == ()
    assert [(c["type"], c["status"], c["reason"]) for c in made.live["status"]["conditions"]] == [
        ("Available", "True", "MinimumReplicasAvailable"),
        ("Progressing", "True", "NewReplicaSetAvailable"),
    ]
    assert api(world) == Workload("Deployment", GOOD, 2, 2, True, "")


def test_image_that_is_not_in_the_registry(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment(MISSING, replicas=1))
    (rs,) = replica_sets(world)
    pod = rs.outputs["_pods"][0]["name"]

    assert list(made.reasons) == [
        (
            f'resource "{made.urn}" was successfully created, but the Kubernetes API server reported that it failed to '
            "fully initialize or become live: 'api' timed out waiting to be Ready"
        ),
        "[MinimumReplicasUnavailable] Deployment does not have minimum availability.",
        f'[ProgressDeadlineExceeded] ReplicaSet "{rs.id.rpartition("/")[2]}" has timed out progressing.',
        "Minimum number of live Pods was not attained",
        (
            f"[Pod dev/{pod}]: containers with unready status: [api][ImagePullBackOff] Back-off pulling image "
            f'"{MISSING}": ErrImagePull: {MISSING.partition("@")[0]}: not found'
        ),
    ]
    assert made.id == "dev/api"
    assert (api(world).image, api(world).ready, api(world).healthy) == ("", 0, False)


def test_an_image_written_by_hand_that_is_none_starts_nowhere(provider: Provider, world: World) -> None:
    provider.create(DEPLOYMENT, "api", deployment(replicas=1))
    bad = f"{GOOD}-other"
    by_hand.change(world, DEPLOYMENT, "api", None, ("spec", "template", "spec", "containers", 0, "image"), bad)
    (said,) = [pod["message"] for rs in replica_sets(world) for pod in rs.outputs["_pods"] if pod["reason"]]
    assert said == (
        f'containers with unready status: [api][InvalidImageName] Failed to apply default image tag "{bad}": '
        f'couldn\'t parse image name "{bad}": invalid reference format'
    )


def test_crashing_update_leaves_the_former_version_running(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    provider.update(made, deployment(CRASHING))

    assert made.reasons[0] == (
        'the Kubernetes API server reported that "dev/api" failed to fully initialize or become live: '
        "'api' timed out waiting to be Ready"
    )
    assert "[api][CrashLoopBackOff] back-off 5m0s restarting failed container=api" in made.reasons[-1]
    assert made.live["spec"]["template"]["spec"]["containers"][0]["image"] == CRASHING
    found = api(world)
    assert (found.image, found.ready, found.desired, found.healthy) == (GOOD, 2, 2, False)
    assert reasons(found.reason)[1] == "Minimum number of Pods to consider the application live was not attained"


def test_rolling_back_makes_it_healthy_again(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    provider.update(made, deployment(CRASHING))
    provider.update(made, deployment())

    assert made.reasons == ()
    assert made.live["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
    assert api(world) == Workload("Deployment", GOOD, 2, 2, True, "")
    assert len(replica_sets(world)) == 2


def test_image_pushed_later_is_pulled(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment(MISSING))
    reference, _, digest = MISSING.partition("@")
    registry.push(world, reference, digest)

    assert made.reasons != ()
    assert api(world) == Workload("Deployment", MISSING, 2, 2, True, "")
    assert provider.cloud.read("one", made.urn, made.id, DEPLOYMENT, made.inputs, made.outputs).id == "dev/api"


def test_tags_are_not_known_and_other_registries_are_taken_to_answer(provider: Provider, world: World) -> None:
    tagged = provider.create(DEPLOYMENT, "api", deployment(f"{GOOD.partition('@')[0]}:latest"))
    assert tagged.reasons[-1].endswith("the sandbox pulls images by digest only")

    provider.update(tagged, deployment("docker.io/library/redis:8"))
    assert tagged.reasons == ()
    assert api(world).image == "docker.io/library/redis:8"


def test_autoscaler_sets_the_count_to_its_minimum(provider: Provider, world: World) -> None:
    manifest = deployment()
    del manifest["spec"]["replicas"]
    made = provider.create(DEPLOYMENT, "api", manifest)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    spec = {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 9}
    assert api(world).desired == 1

    scaler = provider.create(AUTOSCALER, "api", {"metadata": {"name": "api", "namespace": "dev"}, "spec": spec})
    assert (api(world).ready, api(world).desired) == (3, 3)
    assert provider.diff(made, manifest).changes is False
    provider.update(made, {**manifest, "metadata": {**manifest["metadata"], "labels": {"a": "b"}}})
    assert (made.live["spec"]["replicas"], api(world).desired) == (3, 3)
    provider.delete(scaler)
    assert api(world).desired == 3


def test_what_is_scaled_to_nothing_stays_so_beside_an_autoscaler(provider: Provider, world: World) -> None:
    """As `ScalingDisabled` has it."""
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=0))
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    spec = {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 9}
    provider.create(AUTOSCALER, "api", {"metadata": {"name": "api", "namespace": "dev"}, "spec": spec})
    assert (api(world).ready, api(world).desired, api(world).healthy) == (0, 0, True)

    assert provider.update(made, deployment(replicas=1)).reasons == ()
    assert (api(world).ready, api(world).desired) == (3, 3)


def test_order_of_deployment_and_autoscaler_does_not_matter(tmp_path: Path) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    spec = {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 9}
    scaler = {"metadata": {"name": "api", "namespace": "dev"}, "spec": spec}
    both = {DEPLOYMENT: deployment(replicas=1), AUTOSCALER: scaler}
    dumps = []
    for number, order in enumerate([(DEPLOYMENT, AUTOSCALER), (AUTOSCALER, DEPLOYMENT)]):
        world = make_world(tmp_path / str(number))
        provider = Provider(world)
        provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev"}})
        made = {type_: provider.create(type_, "api", both[type_]) for type_ in order}
        assert made[DEPLOYMENT].live["spec"]["replicas"] == 1
        with world.read() as tx:
            found = [(each.id, each.type, each.inputs, each.outputs) for each in tx.list(objects.CLOUD)]
        text = re.sub(r"[0-9-]+T[0-9:]+Z", "TIME", json.dumps([found, made[DEPLOYMENT].outputs], sort_keys=True))
        dumps.append(text)

    assert dumps[0] == dumps[1]


def test_service_account_and_secrets_must_be_there(provider: Provider, world: World) -> None:
    env = [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    manifest = deployment(replicas=1, serviceAccountName="api", container={"env": env})
    made = provider.create(DEPLOYMENT, "api", manifest)
    (rs,) = replica_sets(world)
    refused = next(reason for reason in made.reasons if reason.startswith("[FailedCreate]"))
    assert refused.endswith('error looking up service account dev/api: serviceaccount "api" not found')
    assert rs.outputs.get("_pods", []) == []

    account = {"metadata": {"name": "api", "namespace": "dev"}}
    provider.create("kubernetes:core/v1:ServiceAccount", "api", account)
    assert reasons(api(world).reason)[-1].endswith('[api][CreateContainerConfigError] secret "db" not found')
    provider.create(SECRET, "db", {"metadata": {"name": "db", "namespace": "dev"}, "stringData": {"password": "x"}})
    assert api(world).healthy is True


def test_former_replica_sets_are_kept_up_to_the_limit(provider: Provider, world: World) -> None:
    def version(number: int) -> dict[str, object]:
        manifest = deployment(container={"args": [str(number)]})
        manifest["spec"]["revisionHistoryLimit"] = 2
        return manifest

    made = provider.create(DEPLOYMENT, "api", version(0))
    for number in range(1, 5):
        provider.update(made, version(number))

    assert [len(rs.outputs.get("_pods", [])) for rs in replica_sets(world)] == [0, 0, 2]


def test_nothing_is_stored_where_nothing_moves(provider: Provider, world: World) -> None:
    provider.create(DEPLOYMENT, "api", deployment(CRASHING))
    first = dump(world)
    api(world)

    assert dump(world) == first


def replica_sets(world: World) -> list[Entity]:
    with world.read() as tx:
        found = tx.list(objects.CLOUD, kinds.REPLICA_SET.token)
    return sorted(found, key=lambda rs: int(rs.outputs["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))


def dump(world: World) -> list[tuple[str, str, float]]:
    with world.read() as tx:
        return [
            (entity.id, entity.outputs["metadata"]["resourceVersion"], entity.updated)
            for entity in tx.list("kubernetes")
        ]


def test_disks_of_a_class_that_there_is_not_keep_pods_waiting(provider: Provider, world: World) -> None:
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "disks",
    }
    volume = {"name": "models", "ephemeral": {"volumeClaimTemplate": {"spec": claim}}}
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=2, volumes=[volume]))
    assert made.reasons[-1].endswith(
        'pod has unbound PersistentVolumeClaims: storageclass.storage.k8s.io "disks" not found'
    )

    disks = {"metadata": {"name": "disks"}, "provisioner": "pd.csi.storage.gke.io"}
    provider.create("kubernetes:storage.k8s.io/v1:StorageClass", "disks", disks)
    assert (api(world).ready, api(world).healthy) == (2, True)


def test_volume_claim_is_waited_for_and_bound_by_the_first_pod(provider: Provider, world: World) -> None:
    volume = {"name": "models", "persistentVolumeClaim": {"claimName": "models"}}
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=1, volumes=[volume]))
    assert made.reasons[-1].endswith('persistentvolumeclaim "models" not found')

    claim = {
        "metadata": {"name": "models", "namespace": "dev"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
    }
    larger = {**claim, "spec": {**claim["spec"], "resources": {"requests": {"storage": "20Gi"}}}}
    pending = provider.create(VOLUME_CLAIM, "models", claim)
    with pytest.raises(
        CloudError, match=r"spec: Forbidden: spec is immutable after creation except .* for bound claims"
    ):
        provider.update(pending, larger)
    assert (pending.reasons, pending.live["status"]) == ((), {"phase": "Pending"})
    assert api(world).healthy is True
    found = provider.cloud.read("one", pending.urn, pending.id, VOLUME_CLAIM, pending.inputs, pending.outputs)
    assert found.properties["status"] == {
        "phase": "Bound",
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "10Gi"},
    }
    assert provider.diff(pending, claim).changes is False
    with pytest.raises(CloudError, match="field can not be less than previous value"):
        provider.update(pending, {**claim, "spec": {**claim["spec"], "resources": {"requests": {"storage": "1Gi"}}}})
    assert provider.update(pending, larger).live["status"]["capacity"] == {"storage": "20Gi"}
