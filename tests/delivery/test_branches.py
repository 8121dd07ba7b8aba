"""Releases of two branches are two lines: what is new, what is pending and what comes next is asked of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from delivery.facts import Facts, Refusal
from delivery.guards import refusals
from delivery.pins import Pins
from delivery.release_entries import Release
from delivery.release_migrations import at
from delivery.releases import Releases

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
TABLE = {"0001_orders.sql": "CREATE TABLE orders (id int, total int);"}
GONE = {**TABLE, "0002_gone.sql": "ALTER TABLE orders DROP COLUMN total;"}


def recorded(releases: Releases, number: int, branch: str, files: Mapping[str, str], digest: str = ONE) -> Release:
    draft = Release("", f"{number:040x}", {"api": digest}, branch=branch)
    return releases.put(draft, "ci", AT, files)[0]


def test_a_migration_is_new_on_each_branch_that_it_comes_to(tmp_path: Path) -> None:
    """Developed on develop, merged into main later: a database that takes main has to be migrated then."""
    releases = Releases(tmp_path)
    first = recorded(releases, 1, "develop", TABLE)
    main = recorded(releases, 2, "main", TABLE)
    gone = recorded(releases, 3, "develop", GONE)
    hotfix = recorded(releases, 4, "main", TABLE)
    merged = recorded(releases, 5, "main", GONE)
    assert [list(each.migrations or ()) for each in (first, main, gone, hotfix, merged)] == [
        ["0001_orders.sql"],
        ["0001_orders.sql"],
        ["0002_gone.sql"],
        [],
        ["0002_gone.sql"],
    ]
    assert releases.pending(None, hotfix.id) == [(main.id, "expand")]
    assert releases.pending(main.id, merged.id) == [(merged.id, "contract")]
    assert releases.pending(first.id, gone.id) == [(gone.id, "contract")]
    assert list(at(releases.all(), hotfix.id)) == ["0001_orders.sql"]
    assert list(at(releases.all(), gone.id)) == ["0001_orders.sql", "0002_gone.sql"]


def test_a_commit_of_two_branches_is_a_release_of_each_with_the_same_digests(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = recorded(releases, 1, "develop", TABLE)
    forward = recorded(releases, 1, "main", TABLE, TWO)
    assert recorded(releases, 1, "main", TABLE, TWO) == forward
    assert (first.id, forward.id) == ("2026.01.31.0001", "2026.01.31.0002")
    assert forward.images == {"api": ONE}
    assert forward.migrations == first.migrations


def test_a_release_of_main_looks_as_it_did_when_there_was_no_other_branch(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    assert "branch" not in recorded(releases, 1, "main", {}).as_json()
    assert recorded(releases, 2, "develop", {}).as_json()["branch"] == "develop"
    assert [each.branch for each in releases.all()] == ["main", "develop"]


def test_what_is_built_of_another_branch_does_not_come() -> None:
    facts = Facts(
        order=("prod",),
        source=None,
        target="prod",
        wanted={"api": ONE},
        target_pins=Pins(),
        verb="deploy",
        release="2026.01.31.0001",
        built_of="develop",
        takes="main",
    )
    assert refusals(facts) == [
        Refusal(
            "of-its-branch",
            "release 2026.01.31.0001 is built of develop, and prod takes main",
            "Merge it into main, and deploy what is built of that.",
        )
    ]
    assert refusals(replace(facts, built_of="main")) == []
    assert refusals(replace(facts, verb="rollback", ran_before=True)) == []
