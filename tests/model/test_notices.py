"""`slipway:notices`: who is told of releases in each environment, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pytest

from model.environment import Environment
from model.errors import ConfigError
from model.notices import Notices, SlackChannels
from model.stacks import environment_of_program, load_environment
from tests.model.conftest import Edit

DEV = 'slipway:notices: {slack: {deployments: "#deployments"}}'


def notices(config: Path, stack: str = "dev") -> Notices:
    loaded = load_environment(stack, config)
    assert isinstance(loaded, Environment)
    return loaded.notices


def test_more_are_told_the_closer_it_is_to_production(config: Path) -> None:
    told = [notices(config, stack).slack for stack in ("dev", "staging", "prod")]
    assert told == [
        SlackChannels(deployments="#deployments"),
        SlackChannels(deployments="#deployments", security="#security"),
        SlackChannels(deployments="#deployments", oncall="#oncall", security="#security"),
    ]


@pytest.mark.parametrize("written", ["slipway:notices: none", "slipway:notices: {}", ""])
def test_nobody_is_told(edit: Edit, written: str) -> None:
    assert notices(edit("Pulumi.dev.yaml", DEV, written)).slack is None


def test_an_id_names_a_channel_too(edit: Edit) -> None:
    config = edit("Pulumi.dev.yaml", '"#deployments"', "C024BE7LR")
    assert notices(config).slack == SlackChannels(deployments="C024BE7LR")


@pytest.mark.parametrize("written", ["none", {"slack": {"deployments": "#deployments"}}])
def test_the_program_reads_the_same(config: Path, monkeypatch: pytest.MonkeyPatch, written: object) -> None:
    """Pulumi hands it a text as it stands and a mapping as JSON."""
    text = written if isinstance(written, str) else json.dumps(written)
    found = load_environment("dev", config).model_dump(by_alias=True, exclude_none=True, mode="json")
    values = {"gcp:project": found.pop("project"), "gcp:region": found.pop("region")}
    for key, value in {**found, "notices": None}.items():
        values[f"slipway:{key}"] = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    monkeypatch.setattr(pulumi.runtime, "get_config_env", lambda: {**values, "slipway:notices": text})
    loaded = environment_of_program()
    assert isinstance(loaded, Environment)
    assert loaded.notices == Notices.model_validate(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("slipway:notices: nobody", "slipway:notices: 'nobody' is refused"),
        ("slipway:notices: {slak: {}}", "slipway:notices.slak: this key is unknown. Did you mean 'slack'?"),
        (
            "slipway:notices: {slack: {}}",
            "slipway:notices.slack.deployments: this key is missing. Add it: the channel for",
        ),
        ("slipway:notices: {slack: {deployments: general}}", "slipway:notices.slack.deployments: 'general' is refused"),
        ('slipway:notices: {slack: {deployments: "#a b"}}', "slipway:notices.slack.deployments: '#a b' is refused"),
        (
            'slipway:notices: {slack: {deployments: "#a", onduty: "#b"}}',
            "slipway:notices.slack.onduty: this key is unknown. Write one of: deployments, oncall, security.",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place(edit: Edit, written: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        notices(edit("Pulumi.dev.yaml", DEV, written))
    assert f"Pulumi.dev.yaml: {said}" in str(refused.value)


@pytest.mark.parametrize("name", ["releases", "notices"])
def test_no_stack_bears_the_name_of_a_ledger(config: Path, name: str) -> None:
    (config / "Pulumi.dev.yaml").rename(config / f"Pulumi.{name}.yaml")
    with pytest.raises(ConfigError, match=f"Pulumi.{name}.yaml: '{name}' is the name of a ledger"):
        load_environment(name, config)
