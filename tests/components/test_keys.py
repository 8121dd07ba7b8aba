"""The keys of an environment: one for each purpose, open to one agent."""

from __future__ import annotations

from components.keys import Keys, KeysArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from tests.components.conftest import Build

USERS = {"cluster": "serviceAccount:gke", "database": "serviceAccount:sql"}


def test_each_key_is_open_to_its_agent_and_turns_in_ninety_days(build: Build) -> None:
    found = build(lambda: Keys("keys", KeysArgs(location="us-west1", users=USERS, protect=False)))
    grants = [each.inputs for each in found if each.type == "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"]
    assert [(grant["cryptoKeyId"], grant["role"], grant["member"]) for grant in grants] == [
        ("keys-cluster-id", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "serviceAccount:gke"),
        ("keys-database-id", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "serviceAccount:sql"),
    ]
    keys = [each.inputs for each in found if each.type == "gcp:kms/cryptoKey:CryptoKey"]
    assert keys == [{"keyRing": "keys-id", "rotationPeriod": "7776000s"}] * 2


def test_an_agent_is_asked_for(build: Build) -> None:
    (asked,) = build(
        lambda: ServiceAgent("database", ServiceAgentArgs(project="acme", service="sqladmin.googleapis.com"))
    )
    assert (asked.type, asked.inputs) == (
        "gcp:projects/serviceIdentity:ServiceIdentity",
        {"project": "acme", "service": "sqladmin.googleapis.com"},
    )
