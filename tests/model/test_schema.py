"""What editors check is what the models say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from delivery import stack_yaml
from model.schema import CATALOGUE_FILE, FOLDER, POLICIES_FILE, SECURITY_FILE, STACK_FILE, files

ROOT = Path(__file__).parents[2]
SCHEMAS = {"services.yaml": CATALOGUE_FILE, "security.yaml": SECURITY_FILE, "policies.yaml": POLICIES_FILE} | {
    f"Pulumi.{stack}.yaml": STACK_FILE for stack in ("shared", "dev", "staging", "prod", "pr")
}


def problems(file: str, text: str) -> list[tuple[str, str]]:
    """Where the schema finds something, and what."""
    schema = json.loads((FOLDER / SCHEMAS[file]).read_text())
    found = Draft202012Validator(schema).iter_errors(yaml.safe_load(text))
    return [(".".join(map(str, error.absolute_path)), error.message) for error in found]


@pytest.mark.parametrize("name", [CATALOGUE_FILE, STACK_FILE, SECURITY_FILE, POLICIES_FILE])
def test_the_committed_schema_is_what_the_models_say(name: str) -> None:
    assert (FOLDER / name).read_text() == files()[name], "write them anew: python -m model.schema"


@pytest.mark.parametrize("file", SCHEMAS)
def test_the_default_files_name_their_schema_and_pass(file: str) -> None:
    text = (ROOT / file).read_text()
    first = f"# yaml-language-server: $schema={FOLDER.name}/{SCHEMAS[file]}"
    assert text.splitlines()[0] == first
    assert problems(file, text) == []
    if file.startswith("Pulumi."):
        assert stack_yaml.edit(text, {"slipway:release": "2026.11.21.0001"}).splitlines()[0] == first


def test_a_schema_is_one() -> None:
    for text in files().values():
        Draft202012Validator.check_schema(json.loads(text))


def test_switches_that_pulumi_has_written_anew() -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    assert "slipway:autoscaling: false" in text
    assert problems("Pulumi.dev.yaml", text.replace("slipway:autoscaling: false", 'slipway:autoscaling: "false"')) == []


def test_nobody_is_told_in_one_word() -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    written = '{slack: {deployments: "#deployments"}}'
    assert written in text
    assert problems("Pulumi.dev.yaml", text.replace(written, "none")) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "where", "said"),
    [
        ("services.yaml", "image: api\n    args: [--role=read]", "imaeg: api", "services.read", "'imaeg' was unexpected"),
        ("services.yaml", "port: 8081", "port: many", "services.read.port", "'many' is not of type 'integer'"),
        ("services.yaml", "topics:", "topcs:", "", "'topcs' was unexpected"),
        ("Pulumi.dev.yaml", "kind: environment", "kind: enviroment", "config.slipway:kind", "'enviroment' is not one of"),
        ("Pulumi.dev.yaml", "slipway:autoscaling: false", "slipway:autoscaling: no way", "config.slipway:autoscaling", "not valid"),
        ("Pulumi.dev.yaml", "slipway:sizes:", "slipway:size:", "config", "'slipway:sizes' is a required property"),
        ("Pulumi.dev.yaml", "slipway:sizes:", "slipway:size:", "config", "'slipway:size' does not match"),
        ("Pulumi.dev.yaml", "minNodes: 1,", "minNodes: -1,", "config.slipway:cluster.nodePools.default.minNodes", "-1 is less"),
        ("Pulumi.dev.yaml", "releaseChannel: RAPID", "releaseChannel: FAST", "config.slipway:cluster.releaseChannel", "'FAST'"),
        ("Pulumi.prod.yaml", "slipway:slackToken:\n    secure: ", "slipway:slackToken: ", "config.slipway:slackToken", "object"),
        ("Pulumi.dev.yaml", '{slack: {deployments: "#deployments"}}', "nobody", "config.slipway:notices", "'nobody' is not valid"),
        ("security.yaml", "action: warn", "action: wait", "severities.medium.action", "'wait' is not one of"),
        ("security.yaml", "exceptions: []", "exceptions: [{rule: a}]", "exceptions.0", "'owner' is a required property"),
        ("Pulumi.shared.yaml", "slipway:steps:", "slipway:namespace: x\n  slipway:steps:", "config", "'slipway:namespace' does not"),
    ],
)  # fmt: skip
def test_a_mistake_is_found(file: str, before: str, after: str, where: str, said: str) -> None:
    text = (ROOT / file).read_text()
    assert before in text
    found: list[tuple[str, Any]] = problems(file, text.replace(before, after, 1))
    assert any(place == where and said in message for place, message in found), found
