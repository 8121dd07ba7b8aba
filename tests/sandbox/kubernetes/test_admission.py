"""What a namespace refuses of pods: by pod security, by limit ranges."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.kubernetes import kinds, objects, pod_security
from sandbox.clouds.kubernetes.workloads import running
from sandbox.clouds.world import World
from tests.sandbox.kubernetes.conftest import DEPLOYMENT, ENDPOINT, JOB, NAMESPACE, Provider, deployment, job

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
LIMITS = "kubernetes:core/v1:LimitRange"


def enforcing(world: World, level: str) -> Provider:
    provider = Provider(world)
    labels = {pod_security.ENFORCE: level}
    provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev", "labels": labels}})
    return provider


def refused(reasons: tuple[str, ...]) -> str:
    return next(reason for reason in reasons if "is forbidden" in reason).partition("is forbidden: ")[2]


def test_restricted_namespace_refuses_an_ordinary_pod(world: World) -> None:
    made = enforcing(world, "restricted").create(DEPLOYMENT, "api", deployment())

    assert refused(made.reasons) == (
        'violates PodSecurity "restricted:latest": '
        'allowPrivilegeEscalation != false (container "api" must set securityContext.allowPrivilegeEscalation=false), '
        'unrestricted capabilities (container "api" must set securityContext.capabilities.drop=["ALL"]), '
        'runAsNonRoot != true (pod or container "api" must set securityContext.runAsNonRoot=true), '
        'seccompProfile (pod or container "api" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
        '"Localhost")'
    )
    assert running(world, ENDPOINT, "dev")["api"].ready == 0


def test_restricted_namespace_takes_a_restricted_pod(world: World) -> None:
    provider = enforcing(world, "restricted")
    pod = {"securityContext": {key: RESTRICTED[key] for key in ("runAsNonRoot", "seccompProfile")}}
    own = {key: RESTRICTED[key] for key in ("allowPrivilegeEscalation", "capabilities")}

    assert provider.create(DEPLOYMENT, "api", deployment(container={"securityContext": own}, **pod)).reasons == ()


@pytest.mark.parametrize(
    ("pod", "container", "reason"),
    [
        ({"hostNetwork": True}, {}, "host namespaces (hostNetwork=true)"),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, {}, 'hostPath volumes (volume "v")'),
        (
            {},
            {"securityContext": {"privileged": True}},
            'privileged (container "api" must not set securityContext.privileged=true)',
        ),
        (
            {},
            {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}},
            'non-default capabilities (container "api")',
        ),
    ],
)
def test_baseline_namespace(world: World, pod: dict[str, Any], container: dict[str, Any], reason: str) -> None:
    made = enforcing(world, "baseline").create(DEPLOYMENT, "api", deployment(container=container, **pod))

    assert refused(made.reasons) == f'violates PodSecurity "baseline:latest": {reason}'


def test_jobs_are_held_to_it_too(world: World) -> None:
    made = enforcing(world, "restricted").create(JOB, "migrate", job())

    assert refused(made.reasons).startswith('violates PodSecurity "restricted:latest": ')


def limits(**item: Any) -> dict[str, Any]:
    return {"metadata": {"name": "l", "namespace": "dev"}, "spec": {"limits": [{"type": "Container", **item}]}}


def test_default_requests_count_as_asked(provider: Provider, world: World) -> None:
    provider.create(LIMITS, "l", limits(defaultRequest={"cpu": "2"}, default={"cpu": "3"}))
    manifest = deployment(container={"resources": {}})
    provider.create(DEPLOYMENT, "api", manifest)

    with world.read() as tx:
        (rs,) = tx.list(objects.CLOUD, kinds.REPLICA_SET.token)
    assert rs.outputs["_asks"] == {"requests": {"cpu": 2000}, "limits": {"cpu": 3000}}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"max": {"cpu": "600m"}}, ""),
        ({"max": {"memory": "256Mi"}}, "maximum memory usage per Container is 256Mi, but limit is 1Gi"),
        ({"min": {"cpu": "1"}}, "minimum cpu usage per Container is 1, but request is 500m"),
    ],
)  # fmt: skip
def test_bounds(provider: Provider, item: dict[str, Any], reason: str) -> None:
    provider.create(LIMITS, "l", limits(**item))
    resources = {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}
    made = provider.create(DEPLOYMENT, "api", deployment(container={"resources": resources}))

    assert made.reasons == () if not reason else refused(made.reasons) == reason


def test_default_limit_below_the_request_makes_no_valid_pod(provider: Provider) -> None:
    provider.create(LIMITS, "l", limits(max={"cpu": "400m"}))
    made = provider.create(DEPLOYMENT, "api", deployment())

    assert made.reasons[-2].endswith(
        'is invalid: spec.containers[0].resources.requests: Invalid value: "500m": '
        "must be less than or equal to cpu limit of 400m"
    )
