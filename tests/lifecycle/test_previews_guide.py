"""The guide to previews, typed in its order."""

from __future__ import annotations

import re

import pytest

from model.preview import Preview
from model.stacks import load_environment
from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("previews.md")


@pytest.mark.journey
def test_the_commands_of_the_guide(released: Site) -> None:
    before = released.inventory()
    ran = guides.Reader(released).follow(GUIDE)
    out = {command.removeprefix("slipway "): result.out for command, result in ran}
    assert "preview pr-42 is open in namespace pr-fix-login" in out["pr open 42 --changed api"]
    shown = out["pr show 42"].splitlines()
    assert shown[0] == "pr-42: awake, of branch fix-login at 111111111111"
    assert "  address    https://fix-login--provider-webhooks.dev-api.ampersand.example/" in shown
    assert re.search(r"size +\d+ resources, about \$\d\.\d\d a day awake", out["pr show 42"])
    assert "preview pr-42 is asleep" in out["pr sleep 42"]
    assert "sleep pr-42: nobody has needed it since" in out["pr sweep"]
    assert out["pr list"] == "no preview is open" + "\n"
    assert "commented on pull request 43" in out["pr plan 43 --comment"]
    kept = {key for key in released.inventory() if key not in before}
    assert kept == set()


def test_the_figures_of_the_guide_are_the_template_s(released: Site) -> None:
    (released.config / "Pulumi.pr-9.yaml").write_text(
        released.yaml("pr") + "  slipway:pullRequest: {number: 9, branch: x}\n"
    )
    loaded = load_environment("pr-9", released.config)
    assert isinstance(loaded, Preview)
    text, life = GUIDE, loaded.life
    assert f"| {life.sleep_hours} hours after the last activity |" in text
    assert f"| {life.warn_hours} hours before its end |" in text
    assert f"| {life.expire_hours} hours after the last activity, or with" in text
