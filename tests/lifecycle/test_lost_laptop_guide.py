"""The guide to a lost laptop, typed in its order by two people with a clone each and one cloud."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.clones import PLAIN, git, publish
from tests.lifecycle import guides
from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES

GUIDE = guides.read("lost-laptop.md")
DIED = "slipway promote staging --push      # killed"


@pytest.fixture
def ann(small_everywhere_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A release runs everywhere, and the next one in dev."""
    ann = replace(small_everywhere_site.copy(tmp_path / "ann"), environment=PLAIN)
    publish(ann.config, tmp_path / "platform.git", monkeypatch)
    ann("deploy", "dev", ann.release(dict.fromkeys(IMAGES, 2)), "--push")
    return ann


@pytest.fixture
def bob(ann: Site, tmp_path: Path) -> Site:
    """Another clone, with the same cloud."""
    sandbox = str(ann.folder / ".sandbox")
    bob = replace(
        ann,
        folder=tmp_path / "bob",
        environment={**PLAIN, "SLIPWAY_SANDBOX": sandbox, "SLIPWAY_ACTOR": "bob@example.com"},
    )
    git(tmp_path, "clone", "--quiet", "platform.git", str(bob.config))
    git(bob.config, "config", "user.name", "Bob")
    git(bob.config, "config", "user.email", "bob@example.com")
    return bob


def written(journal: Path) -> bool:
    """Whether anything stands in it; it goes with the end of its update."""
    try:
        return journal.stat().st_size > 0
    except FileNotFoundError:
        return False


def killed(ann: Site, *arguments: str) -> None:
    """The command dies as soon as it has begun to change the cloud."""
    journals = ann.folder / ".sandbox" / ".pulumi" / "journals"
    running = ann.start(*arguments)
    while not any(written(path) for path in journals.rglob("staging.jsonl")):
        assert not running.ended
        time.sleep(0.001)
    running.kill()
    assert running.wait().code == -9
    assert ann.ledger("staging")[-1].event == "begun"


@pytest.mark.journey
def test_the_commands_of_the_guide(ann: Site, bob: Site) -> None:
    before, release = (ann.status()[each]["release"] for each in ("staging", "dev"))
    locks = ann.folder / ".sandbox" / ".pulumi" / "locks" / "organization" / "slipway" / "staging"
    first, second = GUIDE.split(f"{DIED}\n")
    reader = guides.Reader(bob, {"SANDBOX": str(ann.folder / ".sandbox")}, ann=ann, bob=bob)
    reader.follow(first)
    killed(ann, *DIED.partition("#")[0].split()[1:])
    there, free = second.split("## Free the lock")
    reader.follow(there)
    for lock in locks.iterdir():
        lock.unlink()
    holder = {"pid": 4711, "username": "ann", "hostname": "lost-laptop", "timestamp": "2026-11-21T12:00:00Z"}
    (locks / "lost-laptop.json").write_text(json.dumps(holder))
    reader.follow(free)
    said = reader.said
    status, healthy = (result for command, result in said if command == "slipway status")
    written = guides.blocks(there)[1].text if guides.blocks(there)[1].kind == "text" else ""
    assert written.strip().replace("2026.11.21.0002", release) in status.out
    assert "staging: " not in healthy.out
    refused = next(result.err for command, result in said if command == "slipway promote prod")
    assert "running-equals-pinned: staging does not run what it pins" in refused
    locked, finished = (result for command, result in said if command == "slipway up staging")
    assert guides.blocks(free)[1].text.rstrip().rstrip("…").strip() in locked.err
    assert "staging up: ok" in finished.out
    history = [(each.event, each.who, each.facts["release"]) for each in bob.ledger("staging")][2:]
    assert history == [
        ("begun", "ann@example.com", release),
        ("done", "bob@example.com", release),
        ("begun", "bob@example.com", before),
        ("done", "bob@example.com", before),
    ]
    assert git(bob.config, "log", "--oneline", "@{upstream}..") == ""


@pytest.mark.journey
def test_what_was_not_published_is_gone(ann: Site, bob: Site) -> None:
    before = ann.status()["staging"]["release"]
    killed(ann, "promote", "staging")
    git(bob.config, "pull", "--quiet")
    assert [each.event for each in bob.ledger("staging")] == ["begun", "done"]
    bob("up", "staging")
    there = bob.status()["staging"]
    assert (there["release"], there["healthy"], there["remarks"]) == (before, True, [])
    assert there["images"]["api"] == digest(1)
