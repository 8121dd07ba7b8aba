"""The guide to GitHub's rules of branches, typed in its order; what the emulated GitHub has afterwards is looked at."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from model.repository_rules import RepositoryRules
from sandbox.values import unwrap
from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("protect-branches.md")
AFTER = "  slipway:applicationRepository: ampersand/server"


@pytest.mark.journey
def test_the_commands_of_the_guide(pushed: Site) -> None:
    file = pushed.config / "Pulumi.shared.yaml"
    before, seen = file.read_text(), dict[str, dict[str, dict[str, Any]]]()

    def edit(block: guides.Block) -> None:
        where = block.where.removeprefix("Pulumi.shared.yaml")
        if where == block.where:
            return
        seen[where.strip()] = on_github(pushed)
        if where == " again":
            old = re.compile(r"^ +owners: .*backend.*\n", re.MULTILINE)
            file.write_text(old.sub(lambda _: block.text, file.read_text(), count=1))
        else:
            file.write_text(before)
            guides.insert(file, AFTER, block.text)

    reader = guides.Reader(pushed)
    said = reader.follow(GUIDE, edit)

    assert "Changes must be made through a pull request." in said[1][1].out
    assert seen[""] == on_github(pushed) == {}
    found = seen["again"]
    assert {kind: sorted(things) for kind, things in found.items()} == {
        "RepositoryFile": ["application-main", "platform-main"],
        "RepositoryRuleset": ["application", "platform"],
        "RepositoryEnvironment": ["platform-prod"],
        "RepositoryEnvironmentDeploymentPolicy": ["platform-prod-main"],
    }
    rulesets = found["RepositoryRuleset"]
    assert {name: [rulesets[name]["repository"], rulesets[name].get("bypassActors")] for name in rulesets} == {
        "application": ["server", []],
        "platform": ["platform", [{"actorId": 100001, "actorType": "Integration", "bypassMode": "always"}]],
    }
    rules = rulesets["application"]["rules"]
    assert rules["requiredStatusChecks"]["requiredChecks"] == [
        {"context": f"{trigger} (ampersand-prod)", "integrationId": 0} for trigger in ("pull-request", "migrations")
    ]
    assert "requiredStatusChecks" not in rulesets["platform"]["rules"]
    text = found["RepositoryFile"]["application-main"]["content"]
    assert text.splitlines()[1:] == ["* @ampersand/backend", "/migrations/ @ampersand/database"]
    owned = seen["off"]["RepositoryFile"]["application-main"]["content"].splitlines()[1:]
    assert owned == ["* @ampersand/backend", "/migrations/ @ampersand/database @ann"]


def test_what_is_listed_besides_is_taken() -> None:
    [block] = [each for each in guides.blocks(GUIDE) if (each.kind, each.where) == ("yaml", "")]
    rules = RepositoryRules.model_validate(yaml.safe_load(block.text)["slipway:repositoryRules"])
    assert rules.application
    assert (rules.application.reviews, rules.application.checks) == (2, ("licences", "test-browser"))
    assert rules.reporter == 4000002


def on_github(site: Site) -> dict[str, dict[str, dict[str, Any]]]:
    """Kind -> name in the program -> what there is."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with site.world.read() as tx:
        for each in tx.list("github"):
            found.setdefault(each.type.rpartition(":")[2], {})[each.urn.rpartition("::")[2]] = unwrap(each.shown)
    return found
