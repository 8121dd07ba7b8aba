"""Pods count against what the node pools really have, and what does not fit becomes ready when there is room."""

from __future__ import annotations

from collections import Counter

from sandbox.clouds.kubernetes import kinds, objects
from sandbox.clouds.kubernetes.workloads import Workload, running
from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import BETTER, DEPLOYMENT, ENDPOINT, GOOD, Provider, deployment, put_pool


def api(world: World) -> Workload:
    return running(world, ENDPOINT, "dev")["api"]


def reasons(text: str) -> list[str]:
    return text.split("; ")


def test_pods_that_do_not_fit(provider: Provider, world: World) -> None:
    """Two nodes of 3.92 vCPU take two pods of 1.5 each; what is left of one lacks 0.58 for a fifth."""
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=5, cpu="1500m"))

    assert [reason.partition("]: ")[2] for reason in made.reasons if reason.startswith("[Pod")] == [
        "0/2 nodes are available: 2 Insufficient cpu. Short by 0.58 vCPU."
    ]
    assert (api(world).ready, api(world).desired) == (4, 5)


def test_other_workloads_take_room_and_give_it_back(provider: Provider, world: World) -> None:
    manifest = deployment(replicas=2, cpu="3")
    first = provider.create(DEPLOYMENT, "api", manifest)
    other = deployment(replicas=1, cpu="1")
    other["metadata"]["name"] = "other"
    second = provider.create(DEPLOYMENT, "other", other)

    assert (first.reasons, second.reasons[-1][-64:]) == (
        (),
        "0/2 nodes are available: 2 Insufficient cpu. Short by 0.08 vCPU.",
    )
    provider.delete(first)
    assert running(world, ENDPOINT, "dev")["other"].healthy is True


def test_what_pods_take_of_nodes_is_what_they_ask_for(provider: Provider, world: World) -> None:
    """Whatever came and went before: made, rolled out, scaled, deleted."""
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=3, cpu="500m"))
    other = deployment(replicas=2, cpu="1")
    other["metadata"]["name"] = "other"
    gone = provider.create(DEPLOYMENT, "other", other)
    provider.update(made, deployment(replicas=2, cpu="750m"))
    provider.delete(gone)

    with world.read() as tx:
        taken: Counter[str] = Counter()
        for resource, amount in tx.rows("SELECT resource, amount FROM load"):
            taken[resource] += amount
    assert (taken["cpu"], taken["pods"]) == (1500, 2)


def test_larger_pool_takes_what_was_pending(provider: Provider, world: World) -> None:
    provider.create(DEPLOYMENT, "api", deployment(replicas=5, cpu="1500m"))
    put_pool(world, nodes=3)

    assert (api(world).ready, api(world).healthy) == (5, True)


def test_pods_of_a_pool_that_is_gone_are_pending(provider: Provider, world: World) -> None:
    provider.create(DEPLOYMENT, "api", deployment())
    put_pool(world, nodes=0)

    found = api(world)
    assert (found.ready, found.healthy) == (0, False)
    assert reasons(found.reason)[-1].endswith("0/0 nodes are available: no nodes.")


def test_rollout_needs_room_for_its_surge_unless_a_pod_may_be_missing(provider: Provider, world: World) -> None:
    """One pod a node: a new one finds room only where an old one may go first."""
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=2, cpu="3"))
    stuck = deployment(BETTER, replicas=2, cpu="3")
    provider.update(made, stuck)
    assert made.reasons[-1].endswith("0/2 nodes are available: 2 Insufficient cpu. Short by 2.08 vCPU.")
    assert (api(world).image, api(world).ready) == (GOOD, 2)

    stuck["spec"]["strategy"] = {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    provider.update(made, stuck)
    assert (made.reasons, api(world)) == ((), Workload("Deployment", BETTER, 2, 2, True, ""))


def test_gpu_pods_go_to_gpu_nodes(provider: Provider, world: World) -> None:
    resources = {"limits": {"nvidia.com/gpu": 1}}
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=1, container={"resources": resources}))
    assert made.reasons[-1].endswith(
        "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. Short by 1 nvidia.com/gpu."
    )

    put_pool(world, "gpu", "n1-standard-4", 1, guestAccelerators=[{"type": "nvidia-tesla-t4", "count": 1}])
    assert api(world).healthy is True
    (rs,) = replica_sets(world)
    assert rs.outputs["_pods"][0]["node"] == "gke-c-gpu-us-west1-a-0"


def replica_sets(world: World) -> list[Entity]:
    with world.read() as tx:
        found = tx.list(objects.CLOUD, kinds.REPLICA_SET.token)
    return sorted(found, key=lambda rs: int(rs.outputs["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))


def test_pods_do_not_go_where_a_taint_keeps_them_off(provider: Provider, world: World) -> None:
    put_pool(world, taints=[{"key": "batch", "value": "yes", "effect": "NO_SCHEDULE"}])
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=1))
    assert "2 node(s) had untolerated taint {batch: yes}" in made.reasons[-1]

    bears = [{"key": "batch", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}]
    assert provider.update(made, deployment(replicas=1, tolerations=bears)).reasons == ()


def test_pods_do_not_go_where_they_would_not_be_spread(provider: Provider) -> None:
    """Over nodes there is room; over racks, which no node names, there is none."""
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "api"}},
    }
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=2, cpu="1", topologySpreadConstraints=[spread]))
    assert made.reasons == ()

    more = deployment(replicas=2, cpu="1", topologySpreadConstraints=[{**spread, "topologyKey": "example.com/rack"}])
    assert "didn't match pod topology spread constraints" in provider.update(made, more).reasons[-1]


def test_pods_need_memory_too(provider: Provider) -> None:
    greedy = {"resources": {"requests": {"cpu": "1", "memory": "64Gi"}}}
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=1, container=greedy))

    assert "2 Insufficient memory" in made.reasons[-1]
