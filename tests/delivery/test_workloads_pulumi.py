"""A Deployment's status is judged as `kubectl rollout status` judges it."""

from typing import Any

import pytest

from delivery.workloads_pulumi import workload

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
