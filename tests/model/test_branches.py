"""Which branch an environment takes, and names that the cloud writes small."""

from __future__ import annotations

import shutil

import pytest

from model import foundation, names
from model.errors import ConfigError
from model.order import branches, order
from tests.model.conftest import Edit


def test_an_environment_takes_the_branch_of_the_first_one_of_its_line(edit: Edit) -> None:
    config = edit("Pulumi.dev.yaml", "{automatic: true}", "{automatic: true, branch: develop}")
    assert branches(config) == {"dev": "develop", "staging": "develop", "prod": "develop"}
    edit("Pulumi.staging.yaml", "slipway:promotion: {from: dev}", "slipway:promotion: {automatic: true}")
    assert branches(config) == {"dev": "develop", "staging": "main", "prod": "main"}


@pytest.mark.parametrize(
    ("stack", "old", "new", "told"),
    [
        (
            "staging",
            "{from: dev}",
            "{from: dev, branch: main}",
            "Pulumi.staging.yaml: slipway:promotion: its releases come from dev, and so of that one's branch. Take branch or",
        ),
        (
            "dev",
            "{automatic: true}",
            "{branch: '^main$'}",
            "slipway:promotion.branch: '^main$' is no branch. Write letters, digits, '.', '_', '-' and '/', such as develop.",
        ),
        (
            "dev",
            "{automatic: true}",
            "{branch: a$(reboot)}",
            "slipway:promotion.branch: 'a$(reboot)' is no branch.",
        ),
    ],
)
def test_what_is_no_branch_is_refused(edit: Edit, stack: str, old: str, new: str, told: str) -> None:
    config = edit(f"Pulumi.{stack}.yaml", f"slipway:promotion: {old}", f"slipway:promotion: {new}")
    with pytest.raises(ConfigError) as refused:
        order(config)
    assert told in str(refused.value)


def test_stacks_that_differ_in_capitals_alone_are_refused(edit: Edit) -> None:
    config = edit("Pulumi.staging.yaml", "gcp:project: ampersand-staging", "gcp:project: ampersand-test")
    shutil.copy(config / "Pulumi.staging.yaml", config / "Pulumi.Staging.yaml")
    with pytest.raises(ConfigError) as refused:
        order(config)
    what = (
        "it differs from Pulumi.staging.yaml in capitals alone, which names in the cloud have not. Rename one of them."
    )
    assert str(refused.value) == f"Pulumi.Staging.yaml: {what}"


def test_names_of_a_stack_in_capitals() -> None:
    assert foundation.state_bucket("acme-test", "TEST") == "acme-test-test-state"
    assert foundation.deployer("TEST") == "deployer-test"
    assert foundation.viewer("TEST") == "viewer-test"
    assert foundation.sealing_key("TEST") == "test"
    assert names.build_account("promote-PROD") == "build-promote-prod"


@pytest.mark.parametrize(
    ("branch", "trigger"), [("main", "main"), ("release/2026.1", "release-2026-1"), ("Feature_X", "feature-x")]
)
def test_a_trigger_is_called_like_its_branch(branch: str, trigger: str) -> None:
    assert names.branch(branch) == branch
    assert names.branch_trigger(branch) == trigger
