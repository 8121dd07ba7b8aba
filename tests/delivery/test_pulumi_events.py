"""What the Pulumi CLI says of resources, as policies are asked about it."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from delivery.pulumi_events import Listener, shown

BUCKET = "gcp:storage/bucket:Bucket"
URN = f"urn:pulumi:dev::slipway::{BUCKET}::files"


def before(op: str, **state: Any) -> EngineEvent:
    """What is told before a step."""
    told = {"type": BUCKET, "urn": URN, "custom": True, "inputs": {"location": "us-west1"}, **state}
    metadata = {"op": op, "urn": URN, "type": BUCKET, "new": None if op == "delete" else told}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resourcePreEvent": {"metadata": metadata}})


def asked_about(event: EngineEvent, planning: bool = True) -> list[str]:
    """The kinds and names of what policies are asked about."""
    listener = Listener(lambda event: None, planning)
    listener.hear(event)
    return [f"{each.kind} {each.name}" for each in listener.resources.values()]


@pytest.mark.parametrize("op", ["create", "update", "replace", "same", "import"])
def test_policies_are_asked_about_what_a_program_wants(op: str) -> None:
    assert asked_about(before(op)) == ["Bucket files"]
    assert asked_about(before(op), planning=False) == []


@pytest.mark.parametrize("op", ["read", "read-replacement", "delete"])
def test_they_are_not_asked_about_what_it_only_reads_or_what_goes(op: str) -> None:
    """Of what is read there is little more than the id: a rule would miss everything that it looks for."""
    assert asked_about(before(op)) == []


def test_they_are_not_asked_about_components() -> None:
    assert asked_about(before("create", custom=False)) == []


def test_a_secret_map_is_hidden_as_a_whole() -> None:
    """The CLI leaves its mark, and only what is inside says that it is one."""
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert shown({"data": marked, "list": [marked, unknown], "name": "cache"}) == {
        "data": "[secret]",
        "list": ["[secret]", "[unknown]"],
        "name": "cache",
    }
