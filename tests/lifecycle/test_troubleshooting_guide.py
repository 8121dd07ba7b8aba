"""What the page for troubleshooting says to type first."""

from __future__ import annotations

from pathlib import Path

from tests.delivery.clones import git
from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("troubleshooting.md")


def test_the_commands_of_the_guide(everywhere_site: Site, tmp_path: Path) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    git(site.config, "init", "--quiet")
    doctor, status, history = (result.out for _, result in guides.Reader(site).follow(GUIDE))
    assert doctor.startswith("nothing is missing")
    assert "What runs where" in status
    assert "promote done" in history
