"""What a workload registers for each decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.autoscaler import AutoscalerArgs, Queue
from components.network_policy import POSTGRES_PORTS, address, public
from components.pod import Disk, Gpu, PodArgs, Probes
from components.workload import Workload, WorkloadArgs
from tests.components.conftest import Build, Registered

IMAGE = "us-west1-docker.pkg.dev/p/r/api@sha256:" + "a" * 64
LABELS = {"app.kubernetes.io/name": "api"}
ARGS = WorkloadArgs(
    namespace="services",
    pod=PodArgs(
        image=IMAGE,
        args=["--role=api", "--role=read"],
        cpu="250m",
        memory="512Mi",
        env={"TOPIC_X": "projects/p/topics/x"},
        secret_env={"DATABASE_PASSWORD": ("database", "password")},
        probes=Probes(port=8080, live="/live", ready="/ready"),
    ),
    ports={"api": 8080, "read": 8081},
    replicas=2,
    disruption_budget=False,
)


def only(kind: str, registered: list[Registered]) -> Registered:
    [found] = [resource for resource in registered if resource.type.endswith(f":{kind}")]
    return found


def kinds(registered: list[Registered]) -> list[str]:
    return [f"{resource.type.rpartition(':')[2]} {resource.name}" for resource in registered]


def made(build: Build, **changes: Any) -> list[Registered]:
    return build(lambda: Workload("api", replace(ARGS, **changes)))


def pod_of(registered: list[Registered]) -> dict[str, Any]:
    found: dict[str, Any] = only("Deployment", registered).inputs["spec"]["template"]["spec"]
    return found


def test_the_smallest_workload(build: Build) -> None:
    registered = made(build)
    assert kinds(registered) == [
        "Deployment api",
        "Service api",
        "Service read",
        "ServiceAccount api",
        "NetworkPolicy api",
    ]
    assert only("Deployment", registered).inputs["spec"]["replicas"] == 2


def test_its_container_is_named_by_digest_and_held_to_the_restricted_standard(build: Build) -> None:
    pod = pod_of(made(build))
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
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
            "startupProbe": probe("/live", period=5, failures=30),
            "livenessProbe": probe("/live"),
            "readinessProbe": probe("/ready"),
            "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        }
    ]
    assert pod["terminationGracePeriodSeconds"] == 60


def probe(path: str, period: int = 10, failures: int = 3) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": 8080},
        "periodSeconds": period,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }


def test_its_pods_are_spread_over_zones_and_nodes_version_by_version(build: Build) -> None:
    spread = pod_of(made(build))["topologySpreadConstraints"]
    assert [(it["topologyKey"], it["maxSkew"], it["whenUnsatisfiable"]) for it in spread] == [
        ("topology.kubernetes.io/zone", 1, "ScheduleAnyway"),
        ("kubernetes.io/hostname", 1, "ScheduleAnyway"),
    ]
    assert {(it["labelSelector"]["matchLabels"]["app.kubernetes.io/name"], *it["matchLabelKeys"]) for it in spread} == {
        ("api", "pod-template-hash")
    }


def test_a_rollout_never_takes_a_ready_pod_away_first(build: Build) -> None:
    spec = only("Deployment", made(build)).inputs["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}
    assert spec["progressDeadlineSeconds"] == 300


def test_each_service_of_a_collapsed_pod_keeps_its_name_and_leads_to_its_port(build: Build) -> None:
    services = [r.inputs for r in made(build) if r.type.endswith(":Service")]
    assert [(s["metadata"]["name"], s["spec"]["selector"], s["spec"]["ports"][0]["targetPort"]) for s in services] == [
        ("api", LABELS, 8080),
        ("read", LABELS, 8081),
    ]


def test_with_an_autoscaler_the_deployment_states_no_count(build: Build) -> None:
    registered = made(build, autoscaler=AutoscalerArgs(max_replicas=6))
    assert "replicas" not in only("Deployment", registered).inputs["spec"]
    scaler = only("HorizontalPodAutoscaler", registered).inputs["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 6)
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert scaler["metrics"] == [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
    ]


def test_a_queue_decides_instead_of_cores(build: Build) -> None:
    queue = Queue(subscription="jobs-worker", messages_per_pod=20)
    scaler = only("HorizontalPodAutoscaler", made(build, autoscaler=AutoscalerArgs(max_replicas=6, queue=queue)))
    assert scaler.inputs["spec"]["metrics"] == [
        {
            "type": "External",
            "external": {
                "metric": {
                    "name": "pubsub.googleapis.com|subscription|num_undelivered_messages",
                    "selector": {"matchLabels": {"resource.labels.subscription_id": "jobs-worker"}},
                },
                "target": {"type": "AverageValue", "averageValue": "20"},
            },
        }
    ]


def test_a_budget_is_made_only_where_it_can_be_kept(build: Build) -> None:
    two = only("PodDisruptionBudget", made(build, disruption_budget=True))
    assert (two.inputs["spec"]["maxUnavailable"], two.inputs["spec"]["unhealthyPodEvictionPolicy"]) == (
        1,
        "AlwaysAllow",
    )
    assert "PodDisruptionBudget api" not in kinds(made(build, disruption_budget=True, replicas=1))


def test_variables_are_a_config_map_that_never_changes_and_has_a_name_of_its_own_each_time(build: Build) -> None:
    registered = made(build, variables={"LOG_LEVEL": "info"})
    config = only("ConfigMap", registered).inputs
    assert (config["data"], config["immutable"], config["metadata"].get("name")) == ({"LOG_LEVEL": "info"}, True, None)
    # Pulumi's mock gives no name, so that only the reference is there to see.
    assert list(pod_of(registered)["containers"][0]["envFrom"][0]) == ["configMapRef"]


def test_its_metrics_are_collected(build: Build) -> None:
    monitoring = only("PodMonitoring", made(build, metrics=(8080, "/metrics"))).inputs
    assert monitoring["apiVersion"] == "monitoring.googleapis.com/v1"
    assert monitoring["spec"] == {
        "selector": {"matchLabels": LABELS},
        "endpoints": [{"port": 8080, "path": "/metrics", "interval": "30s"}],
    }


def test_nobody_reaches_it_and_it_reaches_nobody_unless_somebody_says_so(build: Build) -> None:
    spec = only("NetworkPolicy", made(build)).inputs["spec"]
    assert spec == {
        "podSelector": {"matchLabels": LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [],
    }


def test_callers_gateways_and_collectors_come_in_by_the_ports_that_they_are_for(build: Build) -> None:
    spec = only(
        "NetworkPolicy",
        made(build, callers={"read": ["scribe"]}, gateways={"api": ["gateway"]}, metrics=(8080, "/metrics")),
    ).inputs["spec"]

    def namespace(name: str) -> dict[str, Any]:
        return {"podSelector": {}, "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

    assert [(rule["from"], [it["port"] for it in rule["ports"]]) for rule in spec["ingress"]] == [
        ([namespace("gateway")], [8080]),
        ([{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "scribe"}}}], [8081]),
        ([namespace("gmp-system")], [8080]),
    ]


def test_it_reaches_those_whom_it_calls_and_what_it_is_given(build: Build) -> None:
    def workload() -> Workload:
        given = [public([443]), address("10.0.0.3", POSTGRES_PORTS)]
        return Workload("api", replace(ARGS, calls={"scribe": [8090]}, egress=given))

    spec = only("NetworkPolicy", build(workload)).inputs["spec"]
    assert [(rule["to"][0], [it["port"] for it in rule["ports"]]) for rule in spec["egress"]] == [
        ({"podSelector": {"matchLabels": {"app.kubernetes.io/name": "scribe"}}}, [8090]),
        (
            {
                "ipBlock": {
                    "cidr": "0.0.0.0/0",
                    "except": ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
                }
            },
            [443],
        ),
        ({"ipBlock": {"cidr": "10.0.0.3/32"}}, [5432, 3307]),
    ]


def test_graphics_processors_and_disks(build: Build) -> None:
    worker = replace(ARGS.pod, gpu=Gpu(type="nvidia-tesla-t4", count=2), disks={"models": Disk(path="/models", gb=50)})
    registered = made(build, pod=worker)
    pod = pod_of(registered)
    container = pod["containers"][0]
    assert pod["nodeSelector"] == {"cloud.google.com/gke-accelerator": "nvidia-tesla-t4"}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert container["resources"]["limits"] == {"memory": "512Mi", "nvidia.com/gpu": "2"}
    assert container["volumeMounts"][1] == {"name": "models", "mountPath": "/models"}
    assert pod["volumes"][1] == {
        "name": "models",
        "ephemeral": {
            "volumeClaimTemplate": {
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "disks",
                    "resources": {"requests": {"storage": "50Gi"}},
                }
            }
        },
    }
    assert (pod["securityContext"]["fsGroup"], container["startupProbe"]["failureThreshold"]) == (65532, 180)
    assert only("Deployment", registered).inputs["spec"]["progressDeadlineSeconds"] == 1200
