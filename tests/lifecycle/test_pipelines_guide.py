"""The guide to builds, typed in its order in a clone of a platform repository."""

from __future__ import annotations

import re

import pytest
import yaml

from model.catalogue import load_catalogue
from pipelines import setting, triggers
from tests.lifecycle import guides
from tests.lifecycle.commands import PROGRAM, Site
from tests.moves.test_builds import published

GUIDE = guides.read("pipelines.md")


@pytest.mark.journey
def test_the_commands_of_the_guide(pushed: Site) -> None:
    published(pushed)
    (pushed.folder / "Makefile").write_text("lint typecheck test-unit test-integration:\n\t@echo $@\n")
    said = guides.Reader(pushed).follow(GUIDE)
    out = {command.removeprefix("slipway "): result.out for command, result in said}
    made = yaml.safe_load(out["pipeline show main --format yaml"])
    assert [step["id"] for step in made["steps"]][-1] == "deploy-dev"
    assert out["pipeline show main --format graph"].startswith("flowchart LR\n")
    assert "test-unit" in out["pipeline run pull-request --local"]
    statuses = re.findall(r"│ main +│ (\w+)", out["pipeline history"])
    assert statuses == ["SUCCESS", "FAILURE"]


def test_the_table_of_the_guide_names_every_trigger() -> None:
    named = {
        name
        for row in GUIDE.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([a-z-]+(?:ENV)?)`", row.split("|")[1])
    }
    known = triggers.all_of(PROGRAM)
    environments = setting.load(PROGRAM).environments
    kinds = {"plan-ENV", "apply-ENV", "deploy-ENV", "promote-ENV", "rollback-ENV"}
    assert {name for name in known if name.rpartition("-")[2] not in {*environments, "shared"}} | kinds == named


def test_the_entries_of_the_guide_are_good_ones(empty: Site) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    added = yaml.safe_load(block)
    file = empty.config / "services.yaml"
    found = yaml.safe_load(file.read_text())
    for part, entries in added.items():
        found[part] |= entries
    file.write_text(yaml.safe_dump(found, sort_keys=False))
    shared = empty.config / "Pulumi.shared.yaml"
    shared.write_text(
        shared.read_text().replace("    trivy: ", "    shellcheck: docker.io/koalaman/shellcheck:v0.11.0\n    trivy: ")
    )
    assert {"licences", "lint"} <= set(load_catalogue(empty.config).checks)
    steps = {step.id for step in triggers.all_of(empty.config)["pull-request"].build.steps}
    assert {"licences", "shell"} <= steps


def test_where_nothing_was_built_that_is_said(empty: Site) -> None:
    assert empty("sandbox", "build").out == "no build waits\n"
    assert empty("pipeline", "history").out == "there was no build yet\n"
