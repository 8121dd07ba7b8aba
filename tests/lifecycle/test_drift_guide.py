"""The guide to drift, typed in its order, and what it says of the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("drift.md")
UNCHANGED = re.compile(r", \d+ unchanged")
SUBSCRIPTION, DEPLOYMENT = "gcp:pubsub/subscription:Subscription", "kubernetes:apps/v1:Deployment"


@pytest.mark.journey
def test_the_commands_of_the_guide(small_everywhere_site: Site, tmp_path: Path) -> None:
    site = small_everywhere_site.copy(tmp_path / "site")
    reader, shown = guides.Reader(site), list[str]()
    reader.follow(GUIDE, lambda block: shown.extend(block.text.splitlines()))

    def out(command: str) -> list[list[str]]:
        """What each such command printed, without how much stayed as it was."""
        printed = [UNCHANGED.sub("", result.out) for said, result in reader.said if said == command]
        return [each.splitlines() for each in printed]

    drift = out("slipway drift dev")
    assert [lines[-1].startswith("dev: none of ") for lines in drift] == [True, False, True, False, True]
    assert shown
    assert set(shown) <= set(drift[1])
    nothing, back = out("slipway up dev")
    assert nothing == ["dev up: ok"]
    assert "dev up: ok, 1 created, 2 updated" in back
    assert "dev refresh: ok, 2 updated, 1 deleted" in out("slipway refresh dev")[0]
    assert "dev plan: ok, 1 to create, 2 to update" in out("slipway plan dev")[0]


@pytest.mark.journey
def test_what_kubectl_has_changed_is_not_taken_from_it(small_everywhere_site: Site, tmp_path: Path) -> None:
    site = small_everywhere_site.copy(tmp_path / "site")
    field = "spec.template.spec.terminationGracePeriodSeconds"
    site("sandbox", "change", DEPLOYMENT, "scribe", f"{field}=7", "--stack", "dev")
    assert "What kubectl has changed, change back with kubectl" in site("drift", "dev", code=4).out
    site("refresh", "dev")
    assert f'conflict with "kubectl-edit": .{field}' in site("up", "dev", code=1).out
    site("sandbox", "change", DEPLOYMENT, "scribe", f"{field}=60", "--stack", "dev")
    site("up", "dev")
    site("refresh", "dev")
    site("drift", "dev")


@pytest.mark.journey
def test_a_promotion_stops_at_what_is_to_be_put_back(small_everywhere_site: Site, tmp_path: Path) -> None:
    site = small_everywhere_site.copy(tmp_path / "site")
    site("deploy", "dev", site.release(dict.fromkeys(site.images, 3)))
    site("sandbox", "change", SUBSCRIPTION, "usage-emitted-scribe", "ackDeadlineSeconds=11", "--stack", "staging")
    site("promote", "staging", "--dry-run")
    site("refresh", "staging")
    refused = site("promote", "staging", "--dry-run", code=3).err
    assert "usage-emitted-scribe" in refused
    assert "--with-infra" in refused
    site("promote", "staging", "--with-infra")
