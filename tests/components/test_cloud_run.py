"""What runs on Cloud Run: who it is, what is in a revision, and who may call it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.cloud_run import CloudRun, CloudRunArgs, secret_path
from components.run_identity import RunIdentity, RunIdentityArgs
from tests.components.conftest import Build, Registered

IMAGE = "us-west1-docker.pkg.dev/p/r/api@sha256:" + "a" * 64
ARGS = CloudRunArgs(
    location="us-west1",
    service="hooks",
    image=IMAGE,
    args=["--role=hooks"],
    port=8080,
    env={"TOPIC_X": "projects/p/topics/x"},
    cpu="1",
    memory="512Mi",
    min_instances=0,
    max_instances=3,
    account="run-hooks@p.iam.gserviceaccount.com",
    ingress="internal",
    subnetwork="projects/p/regions/us-west1/subnetworks/nodes",
    live="/live",
    ready="/ready",
    invokers={},
    public=False,
    binary_authorization=False,
    deletion_protection=True,
)
SERVICE = "gcp:cloudrunv2/service:Service"
INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"


def made(build: Build, **changes: Any) -> dict[str, list[Registered]]:
    found: dict[str, list[Registered]] = {}
    for resource in build(lambda: CloudRun("hooks", replace(ARGS, **changes))):
        found.setdefault(resource.type, []).append(resource)
    return found


def test_a_service_states_everything_that_it_is(build: Build) -> None:
    registered = made(build)
    [service] = registered[SERVICE]
    assert service.inputs == {
        "name": "hooks",
        "location": "us-west1",
        "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "deletionProtection": True,
        "template": {
            "serviceAccount": "run-hooks@p.iam.gserviceaccount.com",
            "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
            "timeout": "60s",
            "scaling": {"minInstanceCount": 0, "maxInstanceCount": 3},
            "vpcAccess": {
                "egress": "PRIVATE_RANGES_ONLY",
                "networkInterfaces": [{"subnetwork": "projects/p/regions/us-west1/subnetworks/nodes"}],
            },
            "volumes": [],
            "containers": [
                {
                    "image": IMAGE,
                    "args": ["--role=hooks"],
                    "ports": {"containerPort": 8080},
                    "resources": {
                        "limits": {"cpu": "1", "memory": "512Mi"},
                        "cpuIdle": True,
                        "startupCpuBoost": True,
                    },
                    "envs": [{"name": "TOPIC_X", "value": "projects/p/topics/x"}],
                    "volumeMounts": [],
                    "startupProbe": {
                        "httpGet": {"path": "/ready", "port": 8080},
                        "periodSeconds": 5,
                        "timeoutSeconds": 5,
                        "failureThreshold": 24,
                    },
                    "livenessProbe": {"httpGet": {"path": "/live", "port": 8080}},
                }
            ],
        },
        "traffics": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
    }
    assert INVOKER not in registered


def test_requests_are_shared_as_the_stack_says(build: Build) -> None:
    [service] = made(build, traffic={"hooks-00001-abc": 90, "latest": 10})[SERVICE]
    assert service.inputs["traffics"] == [
        {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "hooks-00001-abc", "percent": 90},
        {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 10},
    ]


def test_everybody_calls_only_what_is_public(build: Build) -> None:
    grants = made(build, public=True, ingress="all", invokers={"caller": "serviceAccount:caller-hooks@p"})[INVOKER]
    assert [(it.name, it.inputs["role"], it.inputs["member"]) for it in grants] == [
        ("hooks-caller-invoker", "roles/run.invoker", "serviceAccount:caller-hooks@p"),
        ("hooks-everybody-invoker", "roles/run.invoker", "allUsers"),
    ]


def test_a_secret_is_a_file_of_the_version_that_the_stack_knows(build: Build) -> None:
    [service] = made(build, secrets={"key": "projects/1/secrets/key/versions/3"})[SERVICE]
    template = service.inputs["template"]
    assert template["volumes"] == [
        {"name": "key", "secret": {"secret": "projects/1/secrets/key", "items": [{"path": "value", "version": "3"}]}}
    ]
    [mount] = template["containers"][0]["volumeMounts"]
    assert f"{mount['mountPath']}/value" == secret_path("key") == "/var/run/secrets/slipway/key/value"


def test_signed_images_only_by_decision(build: Build) -> None:
    [service] = made(build, binary_authorization=True)[SERVICE]
    assert service.inputs["binaryAuthorization"] == {"useDefault": True}


def test_pods_call_it_as_an_account_that_may_do_nothing_else(build: Build) -> None:
    def identity(**callers: str) -> RunIdentity:
        return RunIdentity(
            "hooks", RunIdentityArgs(account="run-hooks", caller_account="caller-hooks", callers=callers)
        )

    registered = build(lambda: identity(api="principal://api"))
    assert [(it.name, it.inputs.get("accountId")) for it in registered if it.type.endswith(":Account")] == [
        ("hooks", "run-hooks"),
        ("hooks-caller", "caller-hooks"),
    ]
    [grant] = [it for it in registered if it.type.endswith(":IAMMember")]
    assert (grant.inputs["role"], grant.inputs["member"]) == (
        "roles/iam.serviceAccountOpenIdTokenCreator",
        "principal://api",
    )
    assert [it.name for it in build(identity)] == ["hooks"]
