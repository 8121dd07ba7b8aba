"""A Deployment's status is judged as `kubectl rollout status` judges it."""

from typing import Any

import pytest

from delivery.workloads_pulumi import service, workload

IMAGE = "us-west1-docker.pkg.dev/acme/repo/api@sha256:" + "1" * 64
READY = {"observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}


def deployment(status: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "metadata": {"name": "api", "generation": 3},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": IMAGE}]}}},
        "status": status,
    }


def test_a_complete_rollout_runs_its_image() -> None:
    found = workload(deployment(READY))
    assert (found.name, found.image, found.ready, found.desired, found.healthy) == ("api", IMAGE, 2, 2, True)
    assert found.digest == "sha256:" + "1" * 64


EXCEEDED = {"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "has timed out progressing"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"observedGeneration": 2}, "the cluster has not seen the last change yet"),
        ({"updatedReplicas": 1}, "1 of 2 pods are of the new version"),
        ({"replicas": 3}, "pods of the old version are still there"),
        ({"availableReplicas": 1}, "1 of 2 new pods are available"),
        ({"conditions": [EXCEEDED]}, "has timed out progressing"),
    ],
)
def test_an_incomplete_one_says_why_and_names_no_image(change: dict[str, Any], reason: str) -> None:
    found = workload(deployment({**READY, **change}))
    assert (found.healthy, found.reason, found.image, found.digest) == (False, reason, "", None)


def test_no_status_is_not_healthy() -> None:
    assert not workload(deployment(None)).healthy


def on_cloud_run(**changes: Any) -> dict[str, Any]:
    return {
        "template": {"containers": [{"image": IMAGE}]},
        "latestReadyRevision": "r2",
        "latestCreatedRevision": "r2",
        "reconciling": False,
        "traffics": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        "terminalConditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
        **changes,
    }


FAILED = {"type": "Ready", "state": "CONDITION_FAILED", "message": "Image not found."}
SHARED = [
    {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "r1", "percent": 90},
    {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 10},
]


@pytest.mark.parametrize(
    ("changes", "image", "reason"),
    [
        ({}, IMAGE, ""),
        ({"traffics": SHARED}, "", ""),
        ({"terminalConditions": [FAILED], "latestReadyRevision": "r1"}, "", "Image not found."),
        ({"reconciling": True}, "", "its newest revision is not ready"),
    ],
)
def test_a_service_on_cloud_run(changes: dict[str, Any], image: str, reason: str) -> None:
    found = service("hooks", on_cloud_run(**changes))
    assert (found.name, found.image, found.healthy, found.reason) == ("hooks", image, not reason, reason)
