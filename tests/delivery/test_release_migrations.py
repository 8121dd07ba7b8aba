"""Which migration files a release brings, and which way they go, without any history of git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from delivery.release_entries import Release
from delivery.release_migrations import at, completed, is_first, known, suits, uncarried, unchanged, with_migrations
from migrations.history import sha256
from model.errors import ConfigError

TABLE = {"0001_orders.sql": "CREATE TABLE orders (id int, total int);"}
COLUMN = {**TABLE, "0002_note.sql": "ALTER TABLE orders ADD COLUMN note text;"}
GONE = {**COLUMN, "0003_gone.sql": "ALTER TABLE orders DROP COLUMN total;"}
RENAMED = {**COLUMN, "0003_sum.sql": "ALTER TABLE orders RENAME COLUMN total TO sum;"}


def release(number: int, files: Mapping[str, str] | None = None) -> Release:
    """One that brings these files."""
    sums = None if files is None else {name: sha256(sql) for name, sql in files.items()}
    return Release(f"2026.01.31.{number:04}", f"{number:040x}", {}, migrations=sums)


def brought(
    files: Mapping[str, str], *recorded: Release, asked: str | None = None, number: int = 9
) -> tuple[str, list[str], bool]:
    """The direction, the files, and whether they are the first."""
    made, found = with_migrations(release(number), files, asked, recorded)
    assert made.migrations is not None
    assert {name: sha256(files[name]) for name in made.migrations} == dict(made.migrations)
    return made.migration, list(made.migrations), found.first


FIRST = release(1, TABLE)


def test_what_the_release_before_has_not_is_new() -> None:
    assert brought(TABLE, FIRST) == ("none", [], False)
    assert brought(COLUMN, FIRST) == ("expand", ["0002_note.sql"], False)
    assert brought(GONE, FIRST, release(2, {"0002_note.sql": COLUMN["0002_note.sql"]})) == (
        "contract",
        ["0003_gone.sql"],
        False,
    )
    assert brought(RENAMED, FIRST) == ("coordinated", ["0002_note.sql", "0003_sum.sql"], False)


def test_a_first_list_is_an_expansion() -> None:
    assert brought(GONE) == ("expand", list(GONE), False)
    assert brought({}) == ("none", [], False)
    # Releases without lists have migrated already, and nobody knows how far.
    assert brought(GONE, release(1)) == ("expand", list(GONE), True)
    assert brought(GONE, release(1), asked="contract") == ("contract", list(GONE), True)
    assert brought(GONE, release(1), FIRST, release(2)) == ("coordinated", ["0002_note.sql", "0003_gone.sql"], False)


def test_a_release_that_is_recorded_late_is_held_against_those_before_it() -> None:
    newer = release(3, {"0002_note.sql": COLUMN["0002_note.sql"]})
    assert brought(TABLE, FIRST, newer, number=2) == ("none", [], False)
    assert brought(COLUMN, FIRST, newer, number=4) == ("none", [], False)
    made, _ = with_migrations(replace(release(1), id=""), COLUMN, None, [FIRST, newer])
    assert made.migrations == {}


SECOND = release(2, {"0002_note.sql": COLUMN["0002_note.sql"]})


def problem(*arguments: Any) -> str:
    with pytest.raises(ConfigError) as refused:
        completed(*arguments)
    return str(refused.value)


def test_a_release_that_names_nothing_behind_one_that_does_is_refused() -> None:
    """A hotfix of an older branch: its image has not got what the database is called migrated with."""
    assert problem(release(3), None, None, [FIRST, SECOND]) == (
        "command line: --migrations: releases before it name their migrations, up to 0002_note.sql, and nobody knows whether it "
        "has them. Name their folder; what is built of an older branch takes them along first ('git checkout main -- DIR')."
    )
    assert problem(replace(release(3), id=""), None, None, [FIRST]).startswith("command line: --migrations: ")
    assert "0002_note.sql: it is gone" in problem(release(3), TABLE, None, [FIRST, SECOND])
    assert completed(release(3), COLUMN, None, [FIRST, SECOND]).migrations == {}
    # Before the first that names any, or where none had any, or on another branch, nothing can be missing.
    for recorded in ([], [release(1)], [release(1, {})], [release(4, TABLE)], [replace(FIRST, branch="develop")]):
        assert completed(release(3), None, None, recorded) == release(3)


def test_a_release_that_is_recorded_late_brings_nothing_that_a_newer_one_has_not() -> None:
    hotfix = release(3, {})
    assert problem(release(2), COLUMN, None, [FIRST, hotfix]) == (
        f"command line: --id: release {hotfix.id} is recorded already, and has not 0002_note.sql. "
        "Leave it out, or build again, to get a higher number."
    )
    assert "and has not 0002_note.sql" in problem(release(2), COLUMN, None, [FIRST, release(3)])
    edited = release(3, {"0002_note.sql": "SELECT 1"})
    assert "and has not 0002_note.sql" in problem(release(2), COLUMN, None, [FIRST, edited])
    both = release(3, {"0002_note.sql": COLUMN["0002_note.sql"]})
    later = release(4, {})
    for newer in ([], [both], [both, later], [replace(hotfix, branch="develop")]):
        assert completed(release(2), COLUMN, None, [FIRST, *newer]).migrations == SECOND.migrations
    assert completed(release(4), COLUMN, None, [FIRST, hotfix]).migrations == SECOND.migrations


def test_a_first_list_is_told_from_the_next_ones() -> None:
    assert is_first(FIRST, [FIRST]) is False
    assert is_first(SECOND, [release(1), SECOND]) is True
    assert is_first(SECOND, [FIRST, SECOND]) is False
    assert is_first(release(2, {}), [release(1)]) is False


OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.mark.parametrize(
    ("moved", "digest", "lacking"),
    [
        (release(2, {"0002_note.sql": "a"}), NEW, {}),
        (release(3, {}), NEW, {}),
        # Recorded without a word of migrations; of another branch; the image of a release before, as where one service moves alone.
        (release(3), NEW, {"2026.01.31.0002": ["0002_note.sql"]}),
        (replace(release(3, {}), branch="develop"), NEW, {"2026.01.31.0002": ["0002_note.sql"]}),
        (release(3, {}), OLD, {"2026.01.31.0002": ["0002_note.sql"]}),
        (release(3, {}), None, {"2026.01.31.0002": ["0002_note.sql"]}),
        # Of no release: another guard refuses that.
        (release(3, {}), "sha256:" + "3" * 64, {}),
    ],
)
def test_what_an_image_may_not_have(moved: Release, digest: str | None, lacking: dict[str, list[str]]) -> None:
    needed = release(2, {"0002_note.sql": "a"})
    recorded = [replace(FIRST, images={"api": OLD}), needed, replace(moved, images={"api": NEW})]
    assert uncarried(recorded, "api", digest, [(needed.id, "expand")]) == lacking


def test_without_files_the_number_says_what_an_image_has() -> None:
    recorded = [replace(release(1), images={"api": OLD}), release(2), replace(release(3), images={"api": NEW})]
    assert uncarried(recorded, "api", NEW, [(release(2).id, "expand")]) == {}
    assert uncarried(recorded, "api", OLD, [(release(2).id, "expand")]) == {release(2).id: []}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({**COLUMN, "0001_orders.sql": "CREATE TABLE orders ();"}, "0001_orders.sql: it was edited"),
        ({"0002_note.sql": "SELECT 1"}, "0001_orders.sql: it is gone, though it was run or released"),
    ],
)
def test_what_was_released_never_changes(files: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        brought(files, FIRST)
    assert str(refused.value) == f"{problem}. Put it back as it was, and write another migration."
    with pytest.raises(ConfigError, match=problem):
        unchanged([FIRST], FIRST.id, files)


def test_what_is_new_comes_behind_what_was_released() -> None:
    with pytest.raises(ConfigError) as refused:
        brought({**COLUMN, "0001_5_index.sql": "SELECT 1", "views.sql": "SELECT 1"}, FIRST, SECOND)
    assert str(refused.value) == (
        "0001_5_index.sql: it comes before 0002_note.sql, which was released. "
        "Give it a number behind that one: a database that has it may never run this one."
    )
    assert brought({**COLUMN, "views.sql": "SELECT 1"}, FIRST, SECOND)[1] == ["views.sql"]
    assert brought({**GONE, "0010_index.sql": "SELECT 1"}, FIRST, SECOND)[1] == ["0003_gone.sql", "0010_index.sql"]


@pytest.mark.parametrize(
    ("asked", "found", "fine"),
    [
        *((asked, asked, True) for asked in ("none", "expand", "contract", "coordinated")),
        *(("coordinated", found, True) for found in ("none", "expand", "contract")),
        *((asked, "none", True) for asked in ("expand", "contract")),
        # Deployed first, code would miss what it needs; migrated first, it would miss what is gone.
        ("contract", "expand", False),
        ("expand", "contract", False),
        ("none", "expand", False),
        ("none", "contract", False),
        ("none", "coordinated", False),
        ("expand", "coordinated", False),
        ("contract", "coordinated", False),
    ],
)
def test_a_direction_by_hand_is_as_careful(asked: str, found: str, fine: bool) -> None:
    assert suits(asked, found) is fine


def test_a_direction_that_does_not_suit_is_refused() -> None:
    assert brought(COLUMN, FIRST, asked="coordinated")[0] == "coordinated"
    with pytest.raises(ConfigError) as refused:
        brought(COLUMN, FIRST, asked="contract")
    assert str(refused.value) == (
        "command line: --migration: 'contract' does not suit 0002_note.sql, which goes: expand. "
        "Leave --migration out, or write expand or coordinated."
    )


def test_a_database_has_the_files_of_all_releases_until_its_own() -> None:
    second = release(2, {"0002_note.sql": COLUMN["0002_note.sql"]})
    recorded = [second, release(3), FIRST]
    assert at(recorded, None) == {}
    assert list(at(recorded, FIRST.id)) == list(TABLE)
    assert list(at(recorded, release(3).id)) == list(COLUMN)
    assert unchanged(recorded, second.id, GONE) == list(COLUMN)
    assert known([release(1)], "") is None


def test_a_record_names_its_files_only_where_it_has_any_to_name() -> None:
    assert "migrations" not in release(1).as_json()
    assert release(1, {}).as_json()["migrations"] == {}
    assert Release(**FIRST.as_json()) == FIRST
