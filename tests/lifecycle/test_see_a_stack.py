"""The guide to pictures of stacks, typed in its order, and what else can be asked of `slipway graph`."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("see-a-stack.md")


@pytest.mark.journey
def test_the_commands_of_the_guide(everywhere_site: Site) -> None:
    reader = guides.Reader(everywhere_site)
    reader.follow(GUIDE)
    folder = everywhere_site.folder
    for file in ("dev.svg", "pr-42.svg", "dev-timeline.svg"):
        assert ElementTree.fromstring((folder / file).read_text()).get("role") == "img"
        (folder / file).unlink()
    assert (folder / "dev.mmd").read_text().startswith("flowchart LR\n")
    (folder / "dev.mmd").unlink()

    dev = json.loads(reader.out("slipway graph dev --json"))
    means = {(edge["from"], edge["to"]): edge["means"] for edge in dev["edges"]}
    assert means["Gateways/gateway", "Workload/api"] == "routes to"
    assert means["Workload/api", "Topic/usage-emitted"] == "publishes to"
    assert means["Workload/scribe", "Topic/usage-emitted"] == "receives from"
    assert means["Workload/api", "Database/main"] == "keeps data in"
    assert means["Database/main", "DatabaseInstance/database"] == "is in"
    assert {"cluster", "messaging", "data", "entry"} <= {frame["key"] for frame in dev["frames"]}
    notes = {box["key"]: box["note"] for box in dev["boxes"]}
    assert notes["Workload/api"] == "1 pod · api, proxy, read, write"

    whole = json.loads(reader.out("slipway graph dev --timeline --json"))
    assert (whole["of"], whole["path"][-1]["end"]) == ("creation", whole["seconds"])
    assert "gcp:sql/databaseInstance:DatabaseInstance" in {step["type"] for step in whole["path"]}
    assert reader.out("slipway graph dev --timeline --plan").startswith("gantt\n  title dev")


def test_every_resource_of_a_state_is_drawn_once(everywhere_site: Site) -> None:
    drawn = everywhere_site("graph", "pr-42", "--json").json
    assert [frame["title"] for frame in drawn["frames"] if frame["borrowed"]] == ["Cluster of dev"]
    state = everywhere_site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / "pr-42.json"
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    kept = sorted(it["type"] for it in resources if it.get("custom") and not it["type"].startswith("pulumi:"))
    assert sorted(it["type"] for box in (*drawn["boxes"], *drawn["frames"]) for it in box["resources"]) == kept


def test_bad_input_is_refused(empty: Site) -> None:
    assert "Did you mean 'mermaid'?" in empty("graph", "dev", "--format", "mermaids", code=2).err
    assert "Add --timeline." in empty("graph", "dev", "--plan", code=2).err
    assert "there is no folder nowhere" in empty("graph", "dev", "-o", "nowhere/dev.svg", code=2).err
    assert "exclude each other" in empty("graph", "dev", "--json", "--format", "svg", code=2).err


def test_what_was_never_brought_up_cannot_be_drawn(empty: Site) -> None:
    told = empty("graph", "dev", code=1).err
    assert "'dev' was never brought up, so there is nothing to draw" in told
    assert "Bring it up with 'slipway up dev'." in told
