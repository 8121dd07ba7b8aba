"""The guide to services on Cloud Run: its entries put in, its commands typed in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES

GUIDE = guides.read("add-a-cloud-run-service.md")
ENVIRONMENTS = ("dev", "staging", "prod", "pr")


@pytest.fixture
def site(small_released_site: Site, tmp_path: Path) -> Site:
    """A release in dev."""
    return small_released_site.copy(tmp_path / "site")


def revisions(site: Site) -> list[str]:
    """Of the service in dev, oldest first."""
    with site.world.read() as tx:
        (found,) = [it for it in tx.list("gcp", "gcp:cloudrunv2/service:Service") if it.id.endswith("/invoices")]
    return [name for name, *_ in found.outputs["_revisions"]]


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    def write(block: guides.Block) -> None:
        if block.where == "services":
            guides.insert(site.config / "services.yaml", "services:", block.text)
        elif block.where == "sizes":
            for stack in ENVIRONMENTS:
                guides.insert(site.config / f"Pulumi.{stack}.yaml", "  slipway:sizes:", block.text)
        else:
            file = site.config / "Pulumi.dev.yaml"
            file.write_text(file.read_text() + block.text.replace("REVISION", revisions(site)[-2]))

    release = site.release(dict.fromkeys(IMAGES, 2))
    said = guides.Reader(site, {"RELEASE": release}).follow(GUIDE, write)
    planned = said[0][1].out
    assert re.search(r"^  CloudRun +\+ 3 create$", planned, re.MULTILINE)
    assert " replace" not in planned
    rows = [re.search(r"^│ invoices +│ ([^│]*?) +│", out.out, re.MULTILINE) for name, out in said if "status" in name]
    first, back, shared = (row[1] for row in rows if row)
    assert "100000000000 1/1 ok" in first
    assert "100000000000 1/1 ok" in back
    assert "nothing 1/1 ok" in shared
    assert "running-equals-pinned: dev does not run what it pins" in said[-1][1].err
    assert [each.facts["after"]["images"]["api"] for each in site.ledger("dev") if each.event == "done"] == [
        digest(1),
        digest(2),
        digest(1),
        digest(2),
    ]
