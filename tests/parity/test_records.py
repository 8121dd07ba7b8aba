"""The sandbox's engine does in every step what the Pulumi CLI did when it was recorded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.parity import cli, kept, sandboxed
from tests.parity.programs import BY_AREA
from tests.parity.record import changes

CASES = [pytest.param(area, name, id=f"{area}-{name}") for area, programs in BY_AREA.items() for name in programs]


@pytest.mark.parametrize(
    "at_once", [True, pytest.param(False, marks=pytest.mark.prove)], ids=["in turn", "side by side"]
)
@pytest.mark.parametrize(("area", "name"), CASES)
def test_the_sandbox_does_what_the_cli_did(area: str, name: str, at_once: bool, tmp_path: Path) -> None:
    found = changes(sandboxed.records(BY_AREA[area][name], tmp_path, at_once))
    assert json.loads(json.dumps(found)) == kept.read(area)[name]


@pytest.mark.pulumi_cli
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH")
@pytest.mark.parametrize(("area", "name"), CASES)
def test_the_cli_still_does_what_it_did(area: str, name: str, tmp_path: Path) -> None:
    found = changes(cli.records(BY_AREA[area][name], tmp_path))
    assert json.loads(json.dumps(found)) == kept.read(area)[name]


@pytest.mark.pulumi_cli
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH")
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize(("area", "name"), CASES)
def test_both_engines_take_turns(area: str, name: str, others: int, tmp_path: Path) -> None:
    """One goes on from the other's state, step by step, and all is as if the CLI had done it alone."""
    found = changes(cli.records(BY_AREA[area][name], tmp_path, others))
    assert json.loads(json.dumps(found)) == kept.read(area)[name]


def test_all_was_recorded_with_one_cli() -> None:
    assert {area: list(kept.read(area)) for area in BY_AREA} == {area: list(items) for area, items in BY_AREA.items()}
    assert {kept.cli_version(area) for area in BY_AREA} == {"v3.260.0"}
    assert sum(map(len, BY_AREA.values())) >= 40
