"""What a release pins, and in which order code and schema change."""

import pytest

from delivery.move import Move, pins_for, stages
from delivery.pins import Pins

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
BEFORE = Pins({"api": ONE, "old": ONE}, "2026.01.01.0001", "2026.01.01.0001")
ID = "2026.01.31.0001"


def move(migration: str) -> Move:
    pending = [] if migration == "none" else [(ID, migration)]
    return Move("deploy", "dev", None, ID, BEFORE, pins_for({"api": TWO, "new": TWO}, ID, BEFORE, pending), migration)


@pytest.mark.parametrize(("migration", "migrated"), [("expand", ID), ("contract", ID), ("none", "2026.01.01.0001")])
def test_only_migrations_move_the_database(migration: str, migrated: str) -> None:
    assert move(migration).after == Pins({"api": TWO, "new": TWO}, ID, migrated)


def test_expand_is_one_update_and_contract_two() -> None:
    assert stages(move("none")) == [move("none").after]
    assert stages(move("expand")) == [move("expand").after]
    first, second = stages(move("contract"))
    assert (first.images, first.release, first.migrated) == ({"api": TWO, "new": TWO}, ID, "2026.01.01.0001")
    assert second == move("contract").after


def test_the_difference_names_every_image_that_changes() -> None:
    assert move("none").changed() == {"api": (ONE, TWO), "new": (None, TWO), "old": (ONE, None)}
