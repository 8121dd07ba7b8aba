"""Images are pulled with the rights of the node's service account."""

from __future__ import annotations

import pytest

from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import DEPLOYMENT, Provider, deployment, put_pool

REPOSITORY = "projects/p/locations/us-west1/repositories/r"
ACCOUNT = "nodes@p.iam.gserviceaccount.com"
READER = "roles/artifactregistry.reader"
ON_REPOSITORY = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
ON_PROJECT = "gcp:projects/iAMMember:IAMMember"
EVERY_ACCOUNT = "principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount"


@pytest.fixture(autouse=True)
def nodes(world: World) -> None:
    """Nodes with an account of their own."""
    put_pool(world, serviceAccount=ACCOUNT)


def grant(world: World, type: str, member: str, role: str) -> None:
    owner = REPOSITORY if type == ON_REPOSITORY else "p"
    with world.transaction() as tx:
        tx.put(Entity("gcp", type, f"{owner}/{role}/{member}", "", owner, {"member": member, "role": role}))


def test_an_account_without_a_grant_pulls_nothing_and_is_told_which_it_needs(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())

    assert "ErrImagePull: us-west1-docker.pkg.dev/p/r/api: 403 Forbidden" in made.reasons[-1]
    assert f"the nodes' account {ACCOUNT}; grant it {READER} on the repository" in made.reasons[-1]
    grant(world, ON_REPOSITORY, f"serviceAccount:{ACCOUNT}", READER)
    assert provider.update(made, deployment()).reasons == ()


@pytest.mark.parametrize(
    ("type", "member", "role", "pulled"),
    [
        (ON_REPOSITORY, f"serviceAccount:{ACCOUNT}", "roles/artifactregistry.writer", True),
        (ON_REPOSITORY, EVERY_ACCOUNT, READER, True),
        (ON_REPOSITORY, "allUsers", READER, True),
        (ON_PROJECT, f"serviceAccount:{ACCOUNT}", READER, True),
        (ON_PROJECT, f"serviceAccount:{ACCOUNT}", "roles/viewer", True),
        (ON_REPOSITORY, "serviceAccount:other@p.iam.gserviceaccount.com", READER, False),
        (ON_REPOSITORY, f"serviceAccount:{ACCOUNT}", "roles/pubsub.publisher", False),
        (ON_PROJECT, f"user:{ACCOUNT}", READER, False),
    ],
)
def test_grants(provider: Provider, world: World, type: str, member: str, role: str, pulled: bool) -> None:
    grant(world, type, member, role)

    assert (provider.create(DEPLOYMENT, "api", deployment()).reasons == ()) is pulled


def test_the_default_account_reads_its_own_project(provider: Provider, world: World) -> None:
    put_pool(world)

    assert provider.create(DEPLOYMENT, "api", deployment()).reasons == ()
