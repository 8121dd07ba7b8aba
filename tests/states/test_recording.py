"""Every version that was given out has its site, which `make record-states` writes down for today's."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

from tests.lifecycle.commands import PROGRAM, Commands, Site
from tests.states.announced import versions
from tests.states.recorded import STACKS, file, record, unpacked

RECORD = bool(os.environ.get("RECORD"))
CHANGELOG = PROGRAM / "CHANGELOG.md"


def test_every_version_has_its_states() -> None:
    given_out = [version for version in versions(CHANGELOG.read_text()) if version != "Unreleased"]
    assert given_out[0] == _today()
    unknown = [version for version in given_out if not file(version).exists()]
    assert unknown == ([_today()] if RECORD else []), (
        "what a version has left never changes; a new one: make record-states"
    )


def test_what_is_written_down_is_all_that_a_plan_needs(
    everywhere_site: Site, commands: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "site.tar.xz"
    record(everywhere_site, path)
    again = unpacked(path, tmp_path / "again", commands)
    folder = again.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway"
    assert sorted(each.stem for each in folder.glob("*.json")) == sorted(STACKS)
    assert again.inventory() == everywhere_site.inventory()
    assert again.ledger("prod") == everywhere_site.ledger("prod")
    steps = again("plan", "dev", "--json").json["steps"]
    assert {step["op"] for step in steps} == {"same"}
    assert len(steps) > 300
    if RECORD and not file(_today()).exists():
        file(_today()).parent.mkdir(exist_ok=True)
        shutil.copy(path, file(_today()))


def _today() -> str:
    found: str = tomllib.loads((PROGRAM / "pyproject.toml").read_text())["project"]["version"]
    return found
