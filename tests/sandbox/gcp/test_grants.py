"""Whoever runs builds finds what their accounts may do, of whatever type the grant is."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.gcp import builds
from tests.sandbox.gcp.conftest import Google


def test_what_an_account_was_granted(google: Google) -> None:
    account = google.make("serviceaccount.Account", "builder", accountId="builder")
    other = google.make("serviceaccount.Account", "other", accountId="other-one")
    member, stranger = account["member"], other["member"]
    google.make("secretmanager.Secret", "token", secretId="token", replication={"auto": {}})
    repository = google.make(
        "artifactregistry.Repository", "r", repositoryId="images", format="DOCKER", location="us-west1"
    )
    ring = google.make("kms.KeyRing", "ring", name="ring", location="us-west1")
    key = google.make("kms.CryptoKey", "key", name="key", keyRing=ring.id)
    topic = google.make("pubsub.Topic", "events", name="events")
    bucket = google.make("storage.Bucket", "b", name="acme-files", location="us-west1", uniformBucketLevelAccess=True)
    note = google.make(
        "containeranalysis.Note", "n", name="n", attestationAuthority={"hint": {"humanReadableName": "n"}}
    )
    attestor = google.make(
        "binaryauthorization.Attestor", "a", name="a", attestationAuthorityNote={"noteReference": note["name"]}
    )
    grants: list[tuple[str, dict[str, Any], str]] = [
        ("projects.IAMMember", {"project": "acme"}, "projects/acme"),
        ("secretmanager.SecretIamMember", {"secretId": "token"}, "projects/acme/secrets/token"),
        (
            "artifactregistry.RepositoryIamMember",
            {"repository": repository.id, "location": "us-west1"},
            "projects/acme/locations/us-west1/repositories/images",
        ),
        ("serviceaccount.IAMMember", {"serviceAccountId": other.id}, other.id),
        ("kms.CryptoKeyIAMMember", {"cryptoKeyId": key.id}, key.id),
        ("pubsub.TopicIAMMember", {"topic": topic.id}, "projects/acme/topics/events"),
        ("storage.BucketIAMMember", {"bucket": bucket["name"]}, "b/acme-files"),
        ("containeranalysis.NoteIamMember", {"note": note["name"]}, "projects/acme/notes/n"),
        ("binaryauthorization.AttestorIamMember", {"attestor": attestor["name"]}, "projects/acme/attestors/a"),
    ]
    for number, (type, where, _) in enumerate(grants):
        google.make(type, f"g{number}", role=f"roles/test.role{number}", member=member, **where)
    google.make("projects.IAMMember", "x", project="acme", role="roles/owner", member=stranger)
    condition = {"title": "short", "expression": "false"}
    google.make("projects.IAMMember", "c", project="acme", role="roles/owner", member=member, condition=condition)

    with google.world.read() as tx:
        held = builds.roles(tx, member)
        of_secrets = builds.roles(tx, member, "gcp:secretmanager/secretIamMember:SecretIamMember")
        assert builds.roles(tx, "serviceAccount:none@acme.iam.gserviceaccount.com") == frozenset()
        assert builds.roles(tx, stranger) == {("roles/owner", "projects/acme")}
    assert held == {(f"roles/test.role{number}", on) for number, (*_, on) in enumerate(grants)}
    assert of_secrets == {("roles/test.role1", "projects/acme/secrets/token")}
