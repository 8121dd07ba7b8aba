"""What a preview has of its base: a part of the bucket, the secrets, Temporal's server with a task queue of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lifecycle.commands import Site

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
FILES = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"


def env(site: Site, namespace: str, name: str) -> dict[str, Any]:
    """The variables of a pod's container, of those that have a value."""
    [found] = [inputs for (kind, id_), inputs in site.inventory().items()
               if kind == DEPLOYMENT and id_.endswith(f"/{namespace}/{name}")]  # fmt: skip
    container = found["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def versions(site: Site, namespace: str) -> set[str]:
    """The versions of secrets that pods of a namespace mount."""
    return {
        entry["resourceName"]
        for (kind, id_), inputs in site.inventory().items()
        if kind == FILES and f"/{namespace}/" in id_
        for entry in json.loads(inputs["spec"]["parameters"]["secrets"])
    }


@pytest.mark.journey
def test_a_preview_shares_without_meeting_its_base(released: Site) -> None:
    opened = released("pr", "open", "42", "--branch", "search", "--json").json
    assert 0 < opened["virtual_seconds"] <= 300, "the whole catalogue, its images built"
    expected = {
        "BUCKET_FILES": "ampersand-dev-files",
        "TEMPORAL_ADDRESS": "ampersand-dev.a1b2c.tmprl.cloud:7233",
        "TEMPORAL_NAMESPACE": "ampersand-dev.a1b2c",
        "TEMPORAL_FILE": "/var/run/secrets/slipway/temporal",
    }
    for namespace, prefix, queue in (("services", "", "dev"), ("pr-search", "previews/pr-42/", "pr-42")):
        found = env(released, namespace, "temporal")
        own = {"BUCKET_FILES_PREFIX": prefix, "TEMPORAL_TASK_QUEUE": queue}
        assert {key: found.get(key) for key in expected | own} == expected | own
        queues = env(released, namespace, "outpost")
        start = f"{queue}-" if prefix else ""
        assert queues["TOPIC_OUTPOST_DELIVERY_NAME"] == f"{start}outpost-delivery"
        assert queues["SUBSCRIPTION_OUTPOST_LOG_NAME"] == f"{start}outpost-log-outpost"
        assert queues["DATABASE_HOST"] == ("127.0.0.1" if namespace == "services" else released_host(released))
    secrets = {"clerk", "svix", "temporal", "outpost"}
    assert {each.split("/", 3)[3] for each in versions(released, "services")} == {
        f"{key}/versions/1" for key in secrets
    }
    assert versions(released, "pr-search") == {
        f"projects/ampersand-dev/secrets/{key}/versions/latest" for key in secrets
    }


def released_host(site: Site) -> str:
    host: str = site("outputs", "dev", "--json").json["database_host"]
    return host


def test_what_the_base_does_not_have_yet_is_told(released: Site) -> None:
    file = released.config / "services.yaml"
    file.write_text(file.read_text().replace("\nbuckets:\n", "\nbuckets:\n  exports: {writers: [scribe]}\n"))
    told = released("pr", "open", "42", "--branch", "search", code=1).err
    assert (
        "Pulumi.pr-42.yaml: slipway:base: dev has no 'exports' among its buckets yet. Run 'slipway up dev' first"
        in (" ".join(told.split()))
    )


def test_the_topics_of_a_preview_are_encrypted_with_the_key_of_its_bases(up: Site) -> None:
    template = up.config / "Pulumi.pr.yaml"
    lines = template.read_text().replace("ampersand-dev", "ampersand-staging").replace("base: dev", "base: staging")
    template.write_text(lines.replace('"100000000001"', '"100000000002"'))
    up("pr", "open", "42", "--branch", "search")
    keys: dict[str, set[str | None]] = {}
    for (kind, id_), inputs in up.inventory().items():
        if kind == "gcp:pubsub/topic:Topic":
            owner = "pr-42" if "/pr-42-" in id_ else id_.split("/")[1]
            keys.setdefault(owner, set()).add(inputs.get("kmsKeyName"))
    [key] = keys["ampersand-staging"]
    assert str(key).split("/")[-2] == "cryptoKeys"
    assert keys["pr-42"] == {key}
    assert keys["ampersand-dev"] == {None}
