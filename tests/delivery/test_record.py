"""Two people begin at once, each in a clone: one of them does, and what he has published stays as it is."""

import shutil
from types import SimpleNamespace
from typing import Any

import pytest

from delivery import history, pins
from delivery.errors import Failed, Locked, Refused
from delivery.move import Move
from delivery.pins import Pins
from delivery.record import Record
from tests.delivery.clones import AT, PROGRAM, Clone, Hosted

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ID = "2026.01.31.0001"
BEFORE, AFTER = Pins({"api": ONE}), Pins({"api": TWO}, ID)


@pytest.fixture(autouse=True)
def pinned(ann: Clone, bob: Clone) -> None:
    """dev, staging and prod of the repository, with a pin in dev."""
    for path in (*PROGRAM.glob("Pulumi.*.yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, ann.folder)
    pins.write("dev", ann.folder, BEFORE)
    ann.git("add", ".")
    ann.git("commit", "--quiet", "--message", "dev")
    ann.git("push", "--quiet")
    bob.git("pull", "--quiet")


def record(clone: Clone, push: bool = True) -> Record:
    place = SimpleNamespace(config=clone.folder)
    engine = SimpleNamespace(now=lambda: AT)
    desk: Any = SimpleNamespace(
        place=place, engine=engine, repository=clone.repository, push=push, who=f"{clone.folder.name}@example.com"
    )
    return Record(desk, "dev")


def move(clone: Clone) -> Move:
    """The same release to dev, by what a clone knows of it now."""
    entries = clone.ledger("dev").entries()
    return Move("deploy", "dev", None, ID, BEFORE, AFTER, plan="sha256:3", seen=entries[-1].hash if entries else "")


def held_images(hosted: Hosted, folder: Clone) -> dict[str, str]:
    """The digests that are published."""
    path = folder.write("published/Pulumi.dev.yaml", hosted.published("Pulumi.dev.yaml").decode())
    return dict(pins.read("dev", path.parent).images)


def test_who_comes_second_is_told_who_was_first_and_takes_nothing_back_from_him(
    hosted: Hosted, ann: Clone, bob: Clone
) -> None:
    moves = move(ann), move(bob)
    record(bob).begun(moves[1], AFTER)
    with pytest.raises(Locked, match=f"bob@example.com has begun deploy of {ID} in dev since it was looked at"):
        record(ann).begun(moves[0], AFTER)
    assert held_images(hosted, ann) == {"api": TWO}
    assert [(who[:3], event) for _, who, event in hosted.chain("dev")] == [
        ("bob", "begun"), ("ann", "begun"), ("ann", "withdrawn"),
    ]  # fmt: skip
    entries = ann.ledger("dev").entries()
    assert history.last_unfinished(entries) == entries[0]
    assert history.pinned(entries) == AFTER.as_json()
    assert ann.git("status", "--porcelain") == "?? published/"


def test_a_hold_that_cannot_be_committed_is_told_to_nobody(ann: Clone) -> None:
    """`desk.outbox` is not there to be asked."""
    ann.write(".git/MERGE_HEAD", "")
    with pytest.raises(Refused, match="nothing is committed"):
        record(ann).hold("tests")


def test_a_hold_that_came_meanwhile_is_seen_before_anything_runs(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    wanted = move(ann)
    bob.entry("dev", "bob@example.com")
    bob.git("push", "--quiet")
    with pytest.raises(Locked, match=r"bob@example.com has changed dev \(held\) since it was looked at"):
        record(ann).begun(wanted, AFTER)
    assert held_images(hosted, ann) == {"api": ONE}
    record(ann).begun(move(ann), AFTER)
    assert [event for _, _, event in hosted.chain("dev")] == ["held", "begun", "withdrawn", "begun"]


def test_what_was_withdrawn_before_anybody_saw_it_does_not_come_back_over_the_same_pins_of_another(
    hosted: Hosted, ann: Clone, bob: Clone
) -> None:
    wanted, away = move(ann), hosted.bare.rename(hosted.folder / "away.git")
    with pytest.raises(Failed, match="cannot be read"):
        record(ann).begun(wanted, AFTER)
    away.rename(hosted.bare)
    record(bob).begun(move(bob), AFTER)
    ann.repository.push()
    assert held_images(hosted, ann) == {"api": TWO}


def test_without_publishing_a_withdrawn_move_is_one_commit_that_pins_nothing(hosted: Hosted, ann: Clone) -> None:
    mine = record(ann, push=False)
    mine.begun(move(ann), AFTER)
    mine.interrupted(move(ann), "the stack is locked", withdrawn=True)
    assert ann.git("diff", "--stat", "origin/main", "--", "Pulumi.dev.yaml") == ""
    assert ann.git("log", "--format=%s", "origin/main..HEAD").splitlines() == ["deploy to dev was withdrawn"]
    assert [each.event for each in ann.ledger("dev").entries()] == ["begun", "withdrawn"]


def test_a_published_begin_is_never_rewritten(hosted: Hosted, ann: Clone) -> None:
    mine = record(ann)
    mine.begun(move(ann), AFTER)
    mine.interrupted(move(ann), "the stack is locked", withdrawn=True)
    assert hosted.log()[-2:] == [f"deploy {ID} to dev", "deploy to dev was withdrawn"]
    assert held_images(hosted, ann) == {"api": ONE}
