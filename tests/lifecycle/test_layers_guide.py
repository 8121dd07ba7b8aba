"""The guide to layers of tests, typed in its order, and what it names is there."""

from __future__ import annotations

import re

from tests.lifecycle import guides
from tests.lifecycle.commands import CATALOGUE, PROGRAM, Site

GUIDE = guides.read("test-in-layers.md")
ROWS = re.findall(r"^\| ([a-z ]+) \| ([^|]+) \|", GUIDE, re.MULTILINE)


def test_the_commands_of_the_guide(empty: Site) -> None:
    targets = " ".join(CATALOGUE.checks)
    (empty.folder / "Makefile").write_text(f"{targets}:\n\t@echo $@\n")
    ((command, result),) = guides.Reader(empty).follow(GUIDE)
    assert command == "slipway pipeline run pull-request --local"
    assert re.search(r"passed +test-unit", result.err)


def test_the_layers_are_those_that_can_be_run_by_name() -> None:
    layers = dict(ROWS)
    layers.pop("layer")
    assert list(layers) == ["unit", "integration", "scans and migrations", "preview", "dev", "staging", "prod"]
    makefile = (PROGRAM / "Makefile").read_text()
    for name in ("unit", "integration"):
        assert f"`make test-{name}`" in layers[name]
        assert re.search(rf"^test-{name}:", makefile, re.MULTILINE)
        assert f"test-{name}" in CATALOGUE.checks
