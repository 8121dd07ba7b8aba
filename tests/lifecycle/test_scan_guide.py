"""The guide to scans: its entries put in, its commands typed in their order."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from model.check import Scanner
from tests.lifecycle import guides
from tests.lifecycle.commands import PROGRAM, Site

GUIDE = guides.read("add-a-scan.md")
PLACES = {"scanners": ("services.yaml", "scanners:"), "steps": ("Pulumi.shared.yaml", "  slipway:steps:")}


@pytest.fixture
def site(small_pushed_site: Site, tmp_path: Path) -> Site:
    """shared is up, and somewhere a scanner has run."""
    site = small_pushed_site.copy(tmp_path / "site")
    (site.folder / "scans").mkdir()
    shutil.copy(PROGRAM / "tests" / "delivery" / "sarif" / "trivy-image.sarif", site.folder / "scans" / "grype.sarif")
    return site


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    def insert(block: guides.Block) -> None:
        if block.kind == "yaml":
            name, key = PLACES[block.where]
            guides.insert(site.config / name, key, block.text)

    reader = guides.Reader(site)
    reader.follow(GUIDE, insert)
    refused, planned = (result.out for command, result in reader.said if command == "slipway plan shared")
    assert "scanners.grype.image: there is no step image 'grype'. Write one of: " in refused
    assert re.search(r"^  BuildTrigger +.* update", planned, re.MULTILINE)
    shown = reader.out("slipway pipeline show")
    assert re.search(r"^ grype .* docker.io/anchore/grype:v0.100.0", shown, re.MULTILINE)
    (failed,) = (result for command, result in reader.said if "sandbox build" in command)
    assert re.search(r"^passed +grype ", failed.err, re.MULTILINE)
    assert re.search(r"^failed +security .*it ended with 3$", failed.err, re.MULTILINE)
    assert "block │ critical │ sandbox" in failed.err
    said, _, remark = GUIDE.partition("slipway security gate scans/grype.sarif")[2].partition("\n")[0].partition("# ")
    assert reader.out("slipway security gate").splitlines()[-1].startswith(remark)
    assert said.strip() == ""


def test_the_table_of_the_guide_is_the_model() -> None:
    keys = re.findall(r"^\| `(\w+)` \|.*\| (.*?) ?\|$", GUIDE, re.MULTILINE)
    assert {key for key, _ in keys} == {field.alias or name for name, field in Scanner.model_fields.items()}
    defaults = {"image": "", "run": "", "looksAt": "`source`", "deep": "`false`", "online": "`false`", "minutes": "10"}
    assert dict(keys) == defaults
    left_out = Scanner(image="a", run=("b", "$(SARIF)"))
    assert (left_out.looks_at, left_out.deep, left_out.online, left_out.minutes) == ("source", False, False, 10)
