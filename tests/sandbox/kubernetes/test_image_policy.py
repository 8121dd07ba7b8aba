"""Which images a cluster with Binary Authorization runs."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sandbox.clouds import attestations
from sandbox.clouds.gcp import signing_keys
from sandbox.clouds.gcp.binaryauthorization import ATTESTOR_TYPE, POLICY_TYPE
from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE
from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import CLUSTER, DEPLOYMENT, GOOD, NAMESPACE, REFERENCE, Provider, deployment

ATTESTOR = "projects/p/attestors/slipway"
KEY = "projects/p/locations/us-west1/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
AGENT = "serviceAccount:service-1@gcp-sa-binaryauthorization.iam.gserviceaccount.com"
UNSIGNED = "No attestations found that were valid and signed by a key trusted by the attestor"


def enforced(world: World, key: str = KEY, verifier: bool = True, **rule: Any) -> Provider:
    """The cluster asks its project's policy, which asks for the attestor's signature unless `rule` says otherwise."""
    wanted = {
        "evaluationMode": "REQUIRE_ATTESTATION",
        "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
        "requireAttestationsBies": [ATTESTOR],
        **rule,
    }
    pem = signing_keys.public_pem(key, "EC_SIGN_P256_SHA256")
    known = {"publicKeyPem": pem, "signatureAlgorithm": "ECDSA_P256_SHA256"}
    keys = [{"id": f"//cloudkms.googleapis.com/v1/{KEY}", "pkixPublicKey": known}]
    authority = {"noteReference": "projects/p/notes/slipway", "publicKeys": keys}
    member = f"{ATTESTOR}/roles/binaryauthorization.attestorsVerifier/{AGENT}"
    with world.transaction() as tx:
        cluster = tx.get("gcp", CLUSTER_TYPE, CLUSTER)
        assert cluster
        asks = {"binaryAuthorization": {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}}
        tx.put(dataclasses.replace(cluster, outputs={**cluster.outputs, **asks}))
        tx.put(Entity("gcp", ATTESTOR_TYPE, ATTESTOR, "", outputs={"attestationAuthorityNote": authority}))
        tx.put(Entity("gcp", POLICY_TYPE, "projects/p/policy", "", outputs={"defaultAdmissionRule": wanted}))
        if verifier:
            type_ = "gcp:binaryauthorization/attestorIamMember:AttestorIamMember"
            tx.put(Entity("gcp", type_, member, "", ATTESTOR, inputs={"member": AGENT}))
    provider = Provider(world)
    provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev"}})
    return provider


def said(provider: Provider) -> str:
    """Why no pod is made; empty where they run."""
    reasons = provider.create(DEPLOYMENT, "api", deployment(GOOD)).reasons
    return next((reason.partition("denied the request: ")[2] for reason in reasons if "denied the" in reason), "")


def test_an_image_without_a_signature_does_not_run(world: World) -> None:
    assert said(enforced(world)) == (
        f"Image {GOOD} denied by Binary Authorization default admission rule. "
        f"Image {GOOD} denied by attestor {ATTESTOR}: {UNSIGNED}"
    )


def test_a_signed_image_runs(world: World) -> None:
    provider = enforced(world)
    assert attestations.sign(world, REFERENCE, GOOD.partition("@")[2]) == [ATTESTOR]

    assert provider.create(DEPLOYMENT, "api", deployment(GOOD)).reasons == ()


def test_the_signature_of_another_key_does_not_count(world: World) -> None:
    provider = enforced(world, key=KEY.replace("/k/", "/stolen/"))
    attestations.sign(world, REFERENCE, GOOD.partition("@")[2])

    assert UNSIGNED in said(provider)


def test_the_signature_of_another_image_does_not_count(world: World) -> None:
    provider = enforced(world)
    attestations.sign(world, REFERENCE, "sha256:" + "b" * 64)
    with world.transaction() as tx:
        tx.execute("UPDATE attestation SET uri = ?", (f"https://{GOOD}",))

    assert UNSIGNED in said(provider)


def test_an_agent_that_may_not_ask_the_attestor_admits_nothing(world: World) -> None:
    provider = enforced(world, verifier=False)
    attestations.sign(world, REFERENCE, GOOD.partition("@")[2])

    assert "service agent lacks roles/binaryauthorization.attestorsVerifier" in said(provider)


@pytest.mark.parametrize(
    "rule", [{"evaluationMode": "ALWAYS_ALLOW"}, {"enforcementMode": "DRYRUN_AUDIT_LOG_ONLY"}], ids=str
)
def test_a_rule_that_lets_everything_run(world: World, rule: dict[str, str]) -> None:
    assert enforced(world, **rule).create(DEPLOYMENT, "api", deployment(GOOD)).reasons == ()


def test_a_rule_that_lets_nothing_run(world: World) -> None:
    assert "Denied by always_deny" in said(enforced(world, evaluationMode="ALWAYS_DENY"))
