"""What a workload registers for each decision."""

from __future__ import annotations

from dataclasses import replace

from components.workload import Workload, WorkloadArgs
from tests.components.conftest import Build, Registered

IMAGE = "us-west1-docker.pkg.dev/p/r/api@sha256:" + "a" * 64
ARGS = WorkloadArgs(
    namespace="services",
    image=IMAGE,
    args=["--role=api", "--role=read"],
    ports={"api": 8080, "read": 8081},
    cpu="250m",
    memory="512Mi",
    replicas=2,
    max_replicas=None,
    disruption_budget=False,
    env={"TOPIC_X": "projects/p/topics/x"},
    secret_env={"DATABASE_PASSWORD": ("database", "password")},
)


def only(kind: str, registered: list[Registered]) -> Registered:
    [found] = [resource for resource in registered if resource.type.endswith(f":{kind}")]
    return found


def kinds(registered: list[Registered]) -> list[str]:
    return [f"{resource.type.rpartition(':')[2]} {resource.name}" for resource in registered]


def test_the_smallest_workload(build: Build) -> None:
    registered = build(lambda: Workload("api", ARGS))
    assert kinds(registered) == ["Deployment api", "Service api", "Service read", "ServiceAccount api"]
    assert only("Deployment", registered).inputs["spec"]["replicas"] == 2


def test_its_container_is_named_by_digest_and_held_to_the_restricted_standard(build: Build) -> None:
    pod = only("Deployment", build(lambda: Workload("api", ARGS))).inputs["spec"]["template"]["spec"]
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["serviceAccountName"] == "api"
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"] == [
        {
            "name": "api",
            "image": IMAGE,
            "imagePullPolicy": "IfNotPresent",
            "args": ["--role=api", "--role=read"],
            "env": [
                {"name": "TOPIC_X", "value": "projects/p/topics/x"},
                {
                    "name": "DATABASE_PASSWORD",
                    "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}},
                },
            ],
            "ports": [
                {"name": "http-8080", "containerPort": 8080},
                {"name": "http-8081", "containerPort": 8081},
            ],
            "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}},
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            "livenessProbe": {
                "httpGet": {"path": "/health/live", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3,
            },
            "readinessProbe": {
                "httpGet": {"path": "/health/ready", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3,
            },
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        }
    ]  # fmt: skip


def test_a_rollout_never_takes_a_ready_pod_away_first(build: Build) -> None:
    spec = only("Deployment", build(lambda: Workload("api", ARGS))).inputs["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert spec["progressDeadlineSeconds"] == 300


def test_each_service_of_a_collapsed_pod_keeps_its_name_and_leads_to_its_port(build: Build) -> None:
    services = [r.inputs for r in build(lambda: Workload("api", ARGS)) if r.type.endswith(":Service")]
    assert [(s["metadata"]["name"], s["spec"]["selector"], s["spec"]["ports"][0]["targetPort"]) for s in services] == [
        ("api", {"app.kubernetes.io/name": "api"}, 8080),
        ("read", {"app.kubernetes.io/name": "api"}, 8081),
    ]


def test_with_an_autoscaler_the_deployment_states_no_count(build: Build) -> None:
    registered = build(lambda: Workload("api", replace(ARGS, max_replicas=6)))
    assert "replicas" not in only("Deployment", registered).inputs["spec"]
    scaler = only("HorizontalPodAutoscaler", registered).inputs["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 6)
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}


def test_a_budget_is_made_only_where_it_can_be_kept(build: Build) -> None:
    two = build(lambda: Workload("api", replace(ARGS, disruption_budget=True)))
    assert only("PodDisruptionBudget", two).inputs["spec"]["maxUnavailable"] == 1
    one = build(lambda: Workload("api", replace(ARGS, disruption_budget=True, replicas=1)))
    assert "PodDisruptionBudget api" not in kinds(one)
