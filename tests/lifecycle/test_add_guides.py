"""The guides to topics, secrets and buckets: their entries put in, their commands typed in their order."""

from __future__ import annotations

import re

import pytest
import yaml

from delivery.engine_sandbox import PASSPHRASE
from sandbox.engine.secrets import Crypter
from tests.lifecycle import guides
from tests.lifecycle.commands import Site


def sealed(site: Site, value: str) -> str:
    """The value as Pulumi would write it into dev's file."""
    salt = yaml.safe_load(site.yaml("dev"))["encryptionsalt"]
    return Crypter(PASSPHRASE, salt).encrypt(value)


def follow(site: Site, guide: str) -> list[str]:
    """Do what a guide says, from top to bottom; what its commands said on stdout and stderr."""
    reader = guides.Reader(site)

    def write(block: guides.Block) -> None:
        place, text = block.where, block.text
        if block.kind != "yaml":
            return
        if place == "dev":
            value = text.replace("v1:...", sealed(site, "s3cret"))
            guides.insert(site.config / "Pulumi.dev.yaml", "  slipway:secrets:", value)
        elif place.startswith("services "):
            file = site.config / "services.yaml"
            name = place.partition(" ")[2]
            [line] = [each for each in file.read_text().splitlines() if each.startswith(f"  {name}: {{")]
            given = {**yaml.safe_load(line)[name], **yaml.safe_load(text)}
            file.write_text(file.read_text().replace(line, f"  {name}: {given}"))
        else:
            guides.insert(site.config / "services.yaml", f"{place}:", text)

    return [result.out + result.err for _, result in reader.follow(guides.read(guide), write)]


def names(site: Site, kind: str, project: str = "ampersand-dev") -> set[str]:
    return {name.rpartition("/")[2] for each, name in site.inventory() if each.endswith(f":{kind}") and project in name}


@pytest.mark.journey
def test_the_guide_to_topics(up: Site) -> None:
    before = up.inventory()
    said = follow(up, "add-a-topic.md")
    assert [text.count("replace") for text in said] == [0, 0, 0, 0]
    made = {key: inputs for key, inputs in up.inventory().items() if key not in before}
    new = {(kind.rpartition(":")[2], name) for kind, name in made if "ampersand-dev" in name}
    assert {name.rpartition("/")[2] for kind, name in new if kind == "Topic"} == {
        "invoice-paid", "invoice-paid-dead-letter",
    }  # fmt: skip
    subscription = {name.rpartition("/")[2]: made["gcp:pubsub/subscription:Subscription", name] for kind, name in new
                    if kind == "Subscription"}  # fmt: skip
    assert subscription.keys() == {"invoice-paid-messenger", "invoice-paid-scribe", "invoice-paid-dead-letter"}
    assert subscription["invoice-paid-messenger"]["filter"] == 'attributes.currency = "EUR"'
    assert "filter" not in subscription["invoice-paid-scribe"]
    assert [each.get("enableMessageOrdering") for _, each in sorted(subscription.items())] == [None, True, True]
    assert len(made) == 3 * 11


@pytest.mark.journey
def test_the_guide_to_secrets(up: Site) -> None:
    said = follow(up, "add-a-secret.md")
    told = " ".join(said[0].split())
    assert "slipway:secrets.stripe: this secret of services.yaml has no value. Set it with 'pulumi config set" in told
    assert "stripe" in names(up, "Secret")
    grants = [name for kind, name in up.inventory() if kind.endswith(":SecretIamMember") and "secrets/stripe/" in name]
    assert [re.sub(r".*/subject/", "", name) for name in grants] == ["ns/services/sa/messenger"]


def test_the_guide_to_buckets(up: Site) -> None:
    follow(up, "add-a-bucket.md")
    assert "ampersand-dev-exports" in names(up, "Bucket")
    ages = up.inventory()["gcp:storage/bucket:Bucket", "ampersand-dev-exports"]["lifecycleRules"]
    assert [rule["condition"].get("age") for rule in ages] == [30, 90, None]
