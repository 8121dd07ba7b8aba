"""A trigger for each branch that an environment takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.errors import ConfigError
from pipelines import triggers
from pipelines.setting import Setting
from pipelines.trigger import Manual, PullRequest, Push, Schedule, Trigger


def taking(ours: Setting, **branches: str) -> Setting:
    """With environments that take these, and no order among them."""
    environments = {
        name: each.model_copy(
            update={"promotion": each.promotion.model_copy(update={"from_": None, "branch": branches[name]})}
        )
        for name, each in ours.environments.items()
    }
    return replace(ours, environments=environments)


def test_each_branch_is_built_by_itself_and_checked_before(ours: Setting) -> None:
    setting = taking(ours, dev="develop", staging="release/1.0", prod="main")
    assert (setting.branches, setting.trunk) == (("develop", "release/1.0", "main"), "main")
    found = triggers.triggers(setting)

    def branch_of(trigger: Trigger) -> str:
        assert isinstance(trigger.event, (Push, PullRequest, Schedule, Manual))
        return trigger.event.branch

    assert {name: branch_of(found[name]) for name in ("develop", "release-1-0", "main")} == {
        "develop": "^develop$",
        "release-1-0": r"^release/1\.0$",
        "main": "^main$",
    }
    assert {name: sorted(found[name].deploys) for name in ("develop", "release-1-0", "main")} == {
        "develop": ["dev"],
        "release-1-0": [],
        "main": [],
    }
    every = r"^(develop|release/1\.0|main)$"
    assert [branch_of(found[name]) for name in ("pull-request", "migrations", "preview")] == [every] * 3
    assert [branch_of(found[name]) for name in ("deep-scan", "base-image", "preview-push")] == ["main"] * 3
    assert branch_of(found["apply-prod"]) == "^main$", "the platform repository has one branch"
    steps = found["release-1-0"].build
    assert "--branch release/1.0 --push" in steps.step("release").script
    assert '--branch release/1.0 --migrations "$MIGRATIONS" --push "$@"' in steps.step("record").script
    assert "--ref refs/heads/release/1.0" in steps.step("upload").script


def test_where_there_is_one_branch_it_needs_not_be_said(ours: Setting) -> None:
    found = triggers.triggers(taking(ours, dev="master", staging="master", prod="master"))
    assert "main" not in found
    assert "--branch" not in found["master"].build.step("record").script


def test_a_branch_that_is_called_like_another_trigger_is_refused(ours: Setting) -> None:
    with pytest.raises(ConfigError) as refused:
        triggers.triggers(taking(ours, dev="tools", staging="main", prod="main"))
    assert str(refused.value) == (
        "pipelines: tools: two triggers are called 'tools', one of them as its branch. "
        "Build slipway:promotion.branch under another name."
    )
