"""The guide to layers of tests, typed in its order, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import CATALOGUE, PROGRAM, Site
from tests.moves.small import IMAGES

GUIDE = guides.read("test-in-layers.md")
ROWS = re.findall(r"^\| ([a-z ]+) \| ([^|]+) \|", GUIDE, re.MULTILINE)


@pytest.fixture
def site(small_released_site: Site, tmp_path: Path) -> Site:
    """A release in dev, in a folder with the targets of an application."""
    site = small_released_site.copy(tmp_path / "site")
    (site.folder / "Makefile").write_text("test-unit:\n\t@echo $@\n")
    return site


def test_the_commands_of_the_guide(site: Site) -> None:
    release = site.release(dict.fromkeys(IMAGES, 2))
    reader = guides.Reader(site, {"RELEASE": release})
    reader.follow(GUIDE)
    assert re.search(r"passed +test-unit", reader.said[0][1].err)
    assert re.search(r"size +\d+ resources, about \$[01]\.\d\d a day awake", reader.out("slipway pr show 42"))
    assert reader.out("slipway promote prod").endswith("No guard refuses. Nothing was changed.\n")
    found = site.status()
    assert [found[each]["release"] for each in ("dev", "staging", "prod")] == [release, release, None]


def test_the_layers_are_those_that_can_be_run_by_name() -> None:
    layers = dict(ROWS)
    layers.pop("layer")
    assert list(layers) == ["unit", "integration", "scans and migrations", "preview", "dev", "staging", "prod"]
    makefile = (PROGRAM / "Makefile").read_text()
    for name in ("unit", "integration"):
        assert f"`make test-{name}`" in layers[name]
        assert re.search(rf"^test-{name}:", makefile, re.MULTILINE)
        assert f"test-{name}" in CATALOGUE.checks
