"""Cloud Run: which revisions become ready, and who gets the requests."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds import registry
from sandbox.clouds.gcp import cloudrunv2
from sandbox.clouds.gcp.cloudrunv2 import Served
from sandbox.clouds.protocol import CloudError, PartialFailure
from tests.sandbox.gcp.conftest import Google, Made

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
IMAGE = "us-west1-docker.pkg.dev/{project}/images/api"
LATEST = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}
SERVICE = "cloudrunv2.Service"


@pytest.fixture
def images(google: Google) -> str:
    """A repository of the project's own, with an image in it; the image's name."""
    google.make("artifactregistry.Repository", "images", repositoryId="images", location="us-west1", format="DOCKER")
    name = IMAGE.format(project="acme")
    for digest in (ONE, TWO):
        registry.push(google.world, name, digest)
    return name


def service(google: Google, image: str, **changes: Any) -> Made:
    return google.make(SERVICE, "hooks", name="hooks", location="us-west1", template=template(image), **changes)


def template(image: str, **changes: Any) -> dict[str, Any]:
    return {"containers": [{"image": image}], **changes}


def test_what_the_cloud_knows(google: Google, images: str) -> None:
    made = service(google, f"{images}@{ONE}")
    assert made.id == "projects/acme/locations/us-west1/services/hooks"
    assert made["uri"].startswith("https://hooks-")
    assert made["latestReadyRevision"] == made["latestCreatedRevision"]
    assert made["latestReadyRevision"].startswith(f"{made.id}/revisions/hooks-00001-")
    assert made["terminalConditions"][0]["state"] == "CONDITION_SUCCEEDED"
    assert made["ingress"] == "INGRESS_TRAFFIC_ALL"


def test_another_template_is_another_revision_and_the_same_is_the_same(google: Google, images: str) -> None:
    made = service(google, f"{images}@{ONE}")
    same = google.update(made, labels={"a": "b"})
    assert same["latestReadyRevision"] == made["latestReadyRevision"]
    other = google.update(same, template=template(f"{images}@{TWO}"))
    assert "/revisions/hooks-00002-" in other["latestReadyRevision"]
    assert cloudrunv2.served(google.world, made.id) == Served((f"{images}@{TWO}",), "")


def test_requests_are_shared_between_revisions(google: Google, images: str) -> None:
    made = service(google, f"{images}@{ONE}")
    first = made["latestReadyRevision"].rpartition("/")[2]
    shares = [
        {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": first, "percent": 90},
        {**LATEST, "percent": 10},
    ]
    google.update(made, template=template(f"{images}@{TWO}"), traffics=shares)
    assert cloudrunv2.served(google.world, made.id) == Served((f"{images}@{ONE}", f"{images}@{TWO}"), "")


def test_a_revision_whose_image_is_not_there_does_not_become_ready(google: Google, images: str) -> None:
    absent = f"{images}@sha256:{'9' * 64}"
    words = "Error waiting to create Service: .* for Creating Service: .* 'hooks-00001-...' is not ready"
    with pytest.raises(CloudError, match=rf"{words} .* Image '{absent}' not found"):
        service(google, absent)
    with pytest.raises(CloudError, match="pulls images by digest only"):
        service(google, f"{images}:latest")


def test_a_revision_that_crashes_leaves_the_one_before_serving(google: Google, images: str) -> None:
    made = service(google, f"{images}@{ONE}")
    first = made["latestReadyRevision"]
    registry.push(google.world, images, TWO, crash=True)
    words = "Error waiting to update Service: .* for Updating Service: .* 'hooks-00002-...' is not ready"
    with pytest.raises(PartialFailure, match=f"{words} .* failed to start and listen") as failed:
        google.update(made, template=template(f"{images}@{TWO}"))

    there = failed.value.properties
    assert there["latestReadyRevision"] == first
    assert "/revisions/hooks-00002-" in there["latestCreatedRevision"]
    [condition] = there["terminalConditions"]
    assert condition["state"] == "CONDITION_FAILED"
    assert cloudrunv2.served(google.world, made.id) == Served((f"{images}@{ONE}",), condition["message"])

    back = google.update(made, template=template(f"{images}@{ONE}"))
    assert "/revisions/hooks-00003-" in back["latestReadyRevision"]
    assert cloudrunv2.served(google.world, made.id) == Served((f"{images}@{ONE}",), "")


def test_a_revision_crashes_where_its_arguments_are_the_ones(google: Google, images: str) -> None:
    registry.push(google.world, images, ONE, crash_with="--role=hooks")

    def started(name: str, **arguments: list[str]) -> None:
        containers = [{"image": f"{images}@{ONE}", **arguments}]
        google.make(
            SERVICE, name, name=name, location="us-west1", template={**template(images), "containers": containers}
        )

    started("none")
    started("others", args=["--role=api"])
    for arguments in ({"args": ["--role=hooks"]}, {"commands": ["/api", "--role=hooks"]}):
        with pytest.raises(CloudError, match="failed to start and listen on the port"):
            started("hooks", **arguments)


def test_an_image_of_another_project_is_read_by_a_service_agent(google: Google) -> None:
    google.configure(project="shop", region="us-west1")
    google.make("artifactregistry.Repository", "images", repositoryId="images", location="us-west1", format="DOCKER")
    image = IMAGE.format(project="shop")
    registry.push(google.world, image, ONE)

    def grant(name: str, type: str) -> None:
        member = f"principalSet://cloudresourcemanager.googleapis.com/projects/1/type/{type}"
        google.configure(project="shop", region="us-west1")
        google.make(
            "artifactregistry.RepositoryIamMember",
            name,
            repository="images",
            location="us-west1",
            role="roles/artifactregistry.reader",
            member=member,
        )
        google.configure(project="acme", region="us-west1")

    grant("accounts", "ServiceAccount")
    with pytest.raises(CloudError, match="Service Agent must have permission to read the image"):
        service(google, f"{image}@{ONE}")
    grant("agents", "ServiceAgent")
    service(google, f"{image}@{ONE}")


def test_a_secret_must_be_readable_for_the_account_that_it_runs_as(google: Google, images: str) -> None:
    account = google.make("serviceaccount.Account", "run", accountId="run-hooks")
    secret = google.make("secretmanager.Secret", "key", secretId="key", replication={"auto": {}})
    wanted = template(
        f"{images}@{ONE}", serviceAccount=account["email"], volumes=[{"name": "key", "secret": {"secret": secret.id}}]
    )
    with pytest.raises(CloudError, match="Permission denied on secret: projects/acme/secrets/key"):
        google.make(SERVICE, "hooks", name="hooks", location="us-west1", template=wanted)
    google.make(
        "secretmanager.SecretIamMember",
        "key",
        secretId=secret.id,
        role="roles/secretmanager.secretAccessor",
        member=account["member"],
    )
    google.make(SERVICE, "hooks", name="hooks", location="us-west1", template=wanted)
