"""What is encrypted with a customer's own key needs that key, nearby and open to the service's agent."""

from __future__ import annotations

import pytest

from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.protocol import CloudError, Reason
from tests.sandbox.gcp.conftest import Google, Made

AGENT = f"serviceAccount:service-{project_number('acme')}@container-engine-robot.iam.gserviceaccount.com"
ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def key(google: Google, location: str = "us-west1") -> Made:
    ring = google.make("kms.KeyRing", location, name=f"ring-{location}", location=location)
    return google.make("kms.CryptoKey", location, name="key", keyRing=ring.id)


def grant(google: Google, made: Made, **changes: str) -> Made:
    return google.make(
        "kms.CryptoKeyIAMMember", "g", **{"cryptoKeyId": made.id, "role": ROLE, "member": AGENT, **changes}
    )


def encrypted(google: Google, name: str) -> Made:
    return google.cluster(databaseEncryption={"state": "ENCRYPTED", "keyName": name})


def refused(google: Google, name: str) -> tuple[Reason, str]:
    with pytest.raises(CloudError) as caught:
        encrypted(google, name)
    return caught.value.reason, caught.value.message


def test_a_key_that_there_is_not(google: Google) -> None:
    name = "projects/acme/locations/us-west1/keyRings/r/cryptoKeys/k"
    assert refused(google, name) == (
        Reason.NOT_FOUND,
        f"databaseEncryption.keyName: the key '{name}' was not found; create it first",
    )


def test_a_key_in_another_region(google: Google) -> None:
    made = key(google, "us-east1")
    grant(google, made)
    assert refused(google, made.id) == (
        Reason.INVALID,
        "databaseEncryption.keyName: the key is in us-east1, what it shall encrypt in us-west1; make a key ring in us-west1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"member": AGENT.replace("container-engine-robot", "compute-system")}, id="to another service's"),
        pytest.param({"role": "roles/cloudkms.viewer"}, id="of another role"),
    ],
)
def test_a_key_that_is_closed_to_the_agent(google: Google, changes: dict[str, str]) -> None:
    made = key(google)
    grant(google, made, **changes)
    assert refused(google, made.id) == (
        Reason.PERMISSION,
        (
            "databaseEncryption.keyName: the service agent service-NUMBER@container-engine-robot.iam.gserviceaccount.com"
            f" may not use the key '{made.id}'; grant it {ROLE} on the key and let this depend on the grant"
        ),
    )


def test_a_key_that_is_open_to_it(google: Google) -> None:
    made = key(google)
    grant(google, made)
    assert encrypted(google, made.id)["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": made.id}


def test_a_grant_on_the_whole_project(google: Google) -> None:
    made = key(google)
    google.make("projects.IAMMember", "g", project="acme", role=ROLE, member=AGENT)
    assert encrypted(google, made.id).id == "projects/acme/locations/us-west1/clusters/main"


def test_the_disks_of_a_pool_are_compute_engines(google: Google) -> None:
    made, cluster = key(google), google.cluster()
    pool = {"cluster": cluster.id, "nodeConfig": {"machineType": "e2-standard-4", "bootDiskKmsKey": made.id}}
    grant(google, made)
    with pytest.raises(CloudError, match=r"service-NUMBER@compute-system\.iam.* may not use the key"):
        google.make("container.NodePool", "main", name="main", **pool)
    grant(google, made, member=AGENT.replace("container-engine-robot", "compute-system"))
    assert google.make("container.NodePool", "main", name="main", **pool)["nodeConfig"]["bootDiskKmsKey"] == made.id
