"""What the coverage page says is taken and changes nothing in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes.workloads import Workload, running
from sandbox.clouds.world import World
from tests.sandbox.kubernetes.conftest import DEPLOYMENT, ENDPOINT, GOOD, JOB, Provider, deployment, job

QUOTA = "kubernetes:core/v1:ResourceQuota"
READY = Workload("Deployment", GOOD, 2, 2, True, "")


def test_a_deployment_that_is_paused_goes_on(provider: Provider, world: World) -> None:
    manifest = deployment()
    made = provider.create(DEPLOYMENT, "api", {**manifest, "spec": {**manifest["spec"], "paused": True}})
    assert (made.reasons, running(world, ENDPOINT, "dev")) == ((), {"api": READY})


def test_an_indexed_job_is_done_without_telling_its_indexes(provider: Provider) -> None:
    made = provider.create(JOB, "migrate", job(completionMode="Indexed", completions=2))
    assert (made.reasons, made.live["status"]["succeeded"]) == ((), 2)
    assert "completedIndexes" not in made.live["status"]


@pytest.mark.parametrize(
    "spec",
    [
        {"hard": {"pods": "1"}, "scopes": ["BestEffort"]},
        {"hard": {"requests.storage": "0", "services.loadbalancers": "0", "services.nodeports": "0"}},
    ],
)
def test_a_quota_counts_pods_of_every_scope_and_no_storage(
    provider: Provider, world: World, spec: dict[str, Any]
) -> None:
    provider.create(QUOTA, "few", {"metadata": {"name": "few", "namespace": "dev"}, "spec": spec})
    made = provider.create(DEPLOYMENT, "api", deployment())
    counted = "pods" in spec["hard"]
    assert running(world, ENDPOINT, "dev")["api"].ready == (1 if counted else 2)
    assert bool(made.reasons) is counted
