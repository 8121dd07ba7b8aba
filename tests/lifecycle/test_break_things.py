"""The guide to faults, clock and inventory, typed in its order."""

from __future__ import annotations

import json
import re

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("break-things.md")


@pytest.mark.journey
def test_the_commands_of_the_guide(empty: Site) -> None:
    ran = guides.Reader(empty).follow(GUIDE)
    said = [(command.removeprefix("slipway "), result.out) for command, result in ran]
    assert [command for command, _ in said] == [
        "up shared",
        "sandbox inspect",
        "sandbox inspect --tree",
        "sandbox inspect --stack shared --json",
        "sandbox fault plan gcp:pubsub/topic:Topic create crash --nth 3",
        "up dev",
        "sandbox fault list",
        "up dev",
        "sandbox fault clear",
        "sandbox clock show",
        "sandbox clock advance 7d",
        "sandbox reset",
    ]
    out = [text for _, text in said]
    assert "things exist" in out[1]
    assert re.search(r"Repository gke-repo\n.*RepositoryIamMember registry-", out[2])
    assert {thing["stack"] for thing in json.loads(out[3])["things"]} == {"shared"}
    assert "planned fault: connection lost after create of gcp:pubsub/topic:Topic; it was done" in out[5]
    assert re.search(r"crash at call 3 of create of gcp:pubsub/topic:Topic.*yes", out[6])
    assert "adopted" in ran[7][1].err + out[7]
    assert out[8] == "cleared 1 fault\n"
    assert out[11] == "the sandbox is empty\n"


def test_the_guide_names_every_effect_and_operation() -> None:
    from sandbox.clouds.faults import OPERATIONS, Effect

    text = GUIDE
    assert set(re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE)) == {effect.value for effect in Effect}
    assert f"{', '.join(OPERATIONS[:-1])} or {OPERATIONS[-1]}" in text
