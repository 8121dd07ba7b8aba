"""ResourceQuotas hold for pods, whoever makes them, and for other objects."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes.workloads import running
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import World
from tests.sandbox.kubernetes.conftest import (
    CONFIG_MAP,
    DEPLOYMENT,
    ENDPOINT,
    JOB,
    NAMESPACE,
    QUOTA,
    Provider,
    deployment,
    job,
)


def quota(**hard: str) -> dict[str, Any]:
    named = {key.replace("_", "."): amount for key, amount in hard.items()}
    return {"metadata": {"name": "q", "namespace": "dev"}, "spec": {"hard": named}}


def test_pods_beyond_the_quota_are_not_made(provider: Provider, world: World) -> None:
    provider.create(QUOTA, "q", quota(requests_cpu="1", pods="10"))
    made = provider.create(DEPLOYMENT, "api", deployment(replicas=3))

    failed = next(reason for reason in made.reasons if reason.startswith("[FailedCreate]"))
    assert failed.endswith(
        "is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=1, limited: requests.cpu=1"
    )
    assert running(world, ENDPOINT, "dev")["api"].ready == 2


def test_raised_quota_lets_the_rest_in(provider: Provider, world: World) -> None:
    made = provider.create(QUOTA, "q", quota(pods="1"))
    provider.create(DEPLOYMENT, "api", deployment(replicas=3))
    provider.update(made, quota(pods="3"))

    assert running(world, ENDPOINT, "dev")["api"].healthy is True


def test_pods_must_say_what_a_quota_counts(provider: Provider) -> None:
    provider.create(QUOTA, "q", quota(limits_memory="1Gi"))
    made = provider.create(JOB, "migrate", job())

    assert made.reasons[1].endswith("is forbidden: failed quota: q: must specify limits.memory for: migrate")


def test_each_container_must_say_it_and_of_nothing_but_cpu_and_memory(provider: Provider) -> None:
    """A quota of GPUs keeps out none that wants no GPU."""
    hard = {"cpu": "4", "requests.nvidia.com/gpu": "1", "requests.ephemeral-storage": "1Gi", "count/pods": "9"}
    made = provider.create(QUOTA, "q", {"metadata": {"name": "q", "namespace": "dev"}, "spec": {"hard": hard}})
    manifest = deployment()
    api = manifest["spec"]["template"]["spec"]["containers"]
    api.append({"name": "side", "image": api[0]["image"]})
    refused = provider.create(DEPLOYMENT, "api", manifest)
    assert refused.reasons[3].endswith("is forbidden: failed quota: q: must specify cpu for: side")

    api.pop()
    assert provider.update(refused, manifest).reasons == ()
    assert provider.update(made, made.inputs).live["status"]["used"] == {
        "cpu": "1",
        "requests.nvidia.com/gpu": "0",
        "requests.ephemeral-storage": "0",
        "count/pods": "2",
    }
    scaled = provider.update(refused, deployment(replicas=9))
    assert scaled.reasons[2].endswith("exceeded quota: q, requested: cpu=500m, used: cpu=4, limited: cpu=4")


def test_other_namespaces_are_free(provider: Provider) -> None:
    provider.create(QUOTA, "q", quota(pods="0"))
    provider.create(NAMESPACE, "other", {"metadata": {"name": "other"}})
    manifest = deployment()
    manifest["metadata"]["namespace"] = "other"

    assert provider.create(DEPLOYMENT, "api", manifest).reasons == ()


def test_objects_are_counted(provider: Provider) -> None:
    provider.create(QUOTA, "q", quota(configmaps="1"))
    provider.create(CONFIG_MAP, "a", {"metadata": {"name": "a", "namespace": "dev"}})

    with pytest.raises(
        CloudError,
        match=r'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, '
        "used: configmaps=1, limited: configmaps=1",
    ) as refusal:
        provider.create(CONFIG_MAP, "b", {"metadata": {"name": "b", "namespace": "dev"}})
    assert refusal.value.reason is Reason.QUOTA


def test_status_shows_what_is_used(provider: Provider) -> None:
    provider.create(DEPLOYMENT, "api", deployment())
    made = provider.create(QUOTA, "q", quota(requests_cpu="2000m", requests_memory="4Gi", pods="5"))

    assert made.live["status"] == {
        "hard": {"requests.cpu": "2", "requests.memory": "4Gi", "pods": "5"},
        "used": {"requests.cpu": "1", "requests.memory": "1Gi", "pods": "2"},
    }
