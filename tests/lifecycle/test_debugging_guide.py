"""The guide to deployments that failed, typed in its order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle import guides
from tests.lifecycle.commands import Result, Site, digest
from tests.moves.small import IMAGES

GUIDE = guides.read("debug-a-deployment.md")


@pytest.fixture
def site(small_released_site: Site, tmp_path: Path) -> Site:
    """A release in dev."""
    return small_released_site.copy(tmp_path / "site")


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    before = site.status()["dev"]["release"]
    release = site.release(dict.fromkeys(IMAGES, 2))

    def keep(block: guides.Block) -> None:
        if block.kind == "yaml":
            site.stay()
            assert block.text in site.yaml("dev")

    reader = guides.Reader(site, {"RELEASE": release, "BEFORE": before, "MESSENGER": digest(2)})
    said = reader.follow(GUIDE, keep)
    crashed, held, failed = (result.err for command, result in said if command == 'slipway deploy dev "$RELEASE"')
    first, second, *_, last = shown(GUIDE)
    written = first.replace("2026.11.21.0002", release).replace("2026.11.21.0001", before)
    assert written in crashed
    assert all(part.strip() in crashed for part in second.split("…"))
    assert last in crashed
    assert "not-on-hold: dev is on hold since ann@example.com said:" in held
    assert "  not rolled back: slipway:promotion.rollback is false in dev" in failed
    assert "messenger-smoke-test" in failed
    assert "BackoffLimitExceeded" in failed
    remarks = [result.out for command, result in said if command == "slipway status"]
    assert [bool(re.search(r"^dev: ", text, re.MULTILINE)) for text in remarks] == [True, True, False]
    assert (
        of(said, "slipway promote").err.count("source-healthy: the last deployment to dev failed: messenger-smoke") == 1
    )
    assert f"{before} -> {release}" in of(said, "slipway release diff").out
    assert [each.event for each in site.ledger("dev")][-4:] == ["done", "unheld", "begun", "done"]
    assert site.status()["dev"]["release"] == before


def shown(text: str) -> list[str]:
    """What the guide says that the command prints."""
    return guides.blocks(text.partition("## Read what it says")[2])[0].text.splitlines()


def of(said: list[tuple[str, Result]], beginning: str) -> Result:
    return next(result for command, result in said if command.startswith(beginning))
