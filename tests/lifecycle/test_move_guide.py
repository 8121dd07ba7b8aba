"""The guide for those who come from ArgoCD, typed in its order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import CODE, COMMIT, Site, digest
from tests.lifecycle.test_adopt import adopt, state
from tests.moves.small import IMAGES

GUIDE = guides.read("move-from-argocd.md")


@pytest.fixture
def site(small_pushed_site: Site, tmp_path: Path) -> Site:
    """shared is up, and the images that run elsewhere are in its registry."""
    site = small_pushed_site.copy(tmp_path / "site")
    site("sandbox", "check", COMMIT, "build", "passed", "--repository", CODE)
    return site


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    before: set[tuple[str, str]] = set()

    def name_everything(block: guides.Block) -> None:
        if block.kind == "yaml":
            things = reader.said[-1][1].json["things"]
            before.update(site.inventory())
            ids = {f"{each['type']}::{each['name']}": each["id"] for each in things if each["stack"] == "dev"}
            key, id_ = re.findall(r"^    (\S+): (\S+)$", block.text, re.MULTILINE)[0]
            assert ids[key] == id_
            adopt(site, "dev", ids)

    pairs = " ".join(f"{image}={digest(1)}" for image in IMAGES)
    reader = guides.Reader(site, {"COMMIT": COMMIT, "IMAGES": pairs})
    reader.follow(GUIDE, name_everything)
    _, planned, done = (result.out for command, result in reader.said if command == "slipway plan dev")
    assert re.search(r"^dev plan: ok, .*\b\d{2,} to import", planned, re.MULTILINE)
    assert not re.search(r"\d+ to (replace|delete)", planned)
    assert "nothing changes" in done
    assert before <= set(site.inventory())
    found = site.status()["dev"]
    assert (found["release"], found["healthy"]) == (reader.known["RELEASE"], True)
    assert [each.event for each in site.ledger("dev")] == ["begun", "done"]
    assert state(site, "dev").exists()
