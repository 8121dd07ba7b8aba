"""The guide to new versions, typed in its order in a team's clone, over a change of what the files say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.clones import PLAIN, git, publish
from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("upgrade.md")
NEWS = "## [0.2.0]\n\n### Changed\n\n- dev keeps five backups.\n"


@pytest.fixture
def site(small_up_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A team's clone with a change of its own, and behind it a Slipway that has gone on."""
    site = replace(small_up_site.copy(tmp_path / "site"), environment=PLAIN)
    (site.config / "CHANGELOG.md").write_text("# Change log\n\n## [0.1.0]\n")
    publish(site.config, tmp_path / "origin.git", monkeypatch)
    git(tmp_path, "clone", "--quiet", "--bare", "origin.git", "slipway.git")
    git(tmp_path, "clone", "--quiet", "slipway.git", "theirs")
    for name, old, new in (("Pulumi.dev.yaml", "backups: 3", "backups: 5"), ("CHANGELOG.md", "## [0.1.0]", NEWS)):
        path = tmp_path / "theirs" / name
        path.write_text(path.read_text().replace(old, new))
    for setting, value in (("user.name", "Slipway"), ("user.email", "slipway@example.com")):
        git(tmp_path / "theirs", "config", setting, value)
    git(tmp_path / "theirs", "commit", "--quiet", "--all", "--message", "0.2.0")
    git(tmp_path / "theirs", "push", "--quiet")
    git(site.config, "remote", "add", "slipway", str(tmp_path / "slipway.git"))
    prod = site.config / "Pulumi.prod.yaml"
    prod.write_text(prod.read_text().replace("maxNodes: 10", "maxNodes: 12"))
    git(site.config, "commit", "--quiet", "--all", "--message", "Two more nodes")
    git(site.config, "push", "--quiet")
    return site


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    reader = guides.Reader(site, platform=site.config)
    said = dict(reader.follow(GUIDE))
    assert "+- dev keeps five backups." in said["git diff HEAD...slipway/main -- CHANGELOG.md"].out
    assert said["slipway doctor"].out.startswith("nothing is missing")
    assert "nothing changes" in said["slipway plan shared"].out
    assert "DatabaseInstance  ~ 1 update" in said["slipway plan dev"].out
    assert "maxNodes: 12" in site.yaml("prod")
    (begun, done) = site.ledger("dev")
    assert (begun.facts["verb"], begun.event, done.event) == ("apply", "begun", "done")
    assert git(site.config, "log", "--oneline", "@{upstream}..") == ""
