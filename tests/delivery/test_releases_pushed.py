"""Release ids that a push decides: many builds, many clones, and no id for two of them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from delivery import ledger
from delivery.errors import Failed
from delivery.release_entries import allocated, recorded
from delivery.releases import Releases, draft
from delivery.repository import Addition
from model.errors import ConfigError
from tests.delivery.clones import AT, Clone, Hosted, git
from tests.delivery.test_releases import CATALOGUE, COMMIT, IMAGES, OTHER, REBUILT

EACH, UNRECORDED = 3, 1


def releases(clone: Clone, push: bool = True) -> Releases:
    return Releases(clone.folder, clone.repository, push)


def published(hosted: Hosted) -> list[ledger.Entry]:
    return ledger.entries("releases", hosted.published("releases/releases.jsonl"))


def test_an_id_is_a_commit_of_its_own_and_published(hosted: Hosted, ann: Clone) -> None:
    ann.write("services.yaml", "changed\n")
    assert releases(ann).allocate(COMMIT, "ci@example.com", AT) == "2026.01.31.0001"
    assert hosted.log() == ["The platform", "Allocate release 2026.01.31.0001"]
    assert git(hosted.bare, "show", "--name-status", "--format=", "main") == "A\treleases/releases.jsonl"
    assert ann.git("status", "--porcelain") == " M services.yaml"
    (entry,) = published(hosted)
    assert (entry.who, entry.event, entry.facts) == (
        "ci@example.com",
        "allocated",
        {"id": "2026.01.31.0001", "commit": COMMIT},
    )
    assert ann.repository.trailers("HEAD")["Slipway-Actor"] == "ci@example.com"


def test_clones_that_do_not_know_of_each_other_get_different_ids(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    given = [releases(clone).allocate("", "ci", AT) for clone in (ann, bob, bob, ann)]
    assert given == [f"2026.01.31.{number:04}" for number in (1, 2, 3, 4)]
    assert list(allocated(published(hosted))) == given


def test_the_number_is_counted_from_what_the_winner_has_published(
    hosted: Hosted, ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob's push comes between Ann's fetch and her push: the narrowest race there is."""
    from delivery import upstream

    push, lost = upstream.push, []

    def beaten(*arguments: object) -> bool:
        if not lost:
            lost.append("")
            monkeypatch.setattr(upstream, "push", push)
            lost[0] = releases(bob).allocate("", "bob", AT)
            assert push(*arguments) is False  # type: ignore[arg-type]
            return False
        return push(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(upstream, "push", beaten)
    assert releases(ann).allocate("", "ann", AT) == "2026.01.31.0002"
    assert lost == ["2026.01.31.0001"]
    assert [entry.who for entry in published(hosted)] == ["bob", "ann"]


def test_what_is_new_is_what_the_releases_before_it_have_not_that_others_have_published(
    hosted: Hosted, ann: Clone, bob: Clone
) -> None:
    files = {"0001_a.sql": "CREATE TABLE a (b int);", "0002_c.sql": "ALTER TABLE a ADD c int;"}
    first = dict([next(iter(files.items()))])
    assert releases(bob).all() == []
    releases(ann).put(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT, first)
    with pytest.raises(ConfigError, match="releases before it name their migrations"):
        releases(bob).put(draft(CATALOGUE, OTHER, REBUILT), "bob", AT)
    made, _ = releases(bob).put(draft(CATALOGUE, OTHER, REBUILT), "bob", AT, files)
    assert (made.id, made.migration, list(made.migrations or ())) == ("2026.01.31.0002", "expand", ["0002_c.sql"])
    assert [list(each.migrations or ()) for each in recorded(published(hosted)).values()] == [
        ["0001_a.sql"],
        ["0002_c.sql"],
    ]


def test_what_was_committed_before_is_published_with_it(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    mine = releases(ann, push=False).record(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT).id
    bob.entry("dev", "bob")
    bob.repository.push()
    assert (mine, releases(ann).allocate("", "ann", AT)) == ("2026.01.31.0001", "2026.01.31.0002")
    assert [entry.event for entry in published(hosted)] == ["recorded", "allocated"]


def test_an_id_that_was_told_before_it_was_published_is_not_renumbered(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    releases(ann).allocate("", "ann", AT)
    assert releases(bob, push=False).allocate("", "bob", AT) == "2026.01.31.0001"
    before, log = bob.state(), hosted.log()
    with pytest.raises(Failed, match=r"by Ann .* and here too: release id 2026.01.31.0001 was given out meanwhile"):
        bob.repository.push()
    with pytest.raises(Failed, match="release id 2026.01.31.0001 was given out meanwhile"):
        releases(bob).allocate("", "bob", AT)
    assert (bob.state(), hosted.log()) == (before, log)


def test_a_commit_that_another_clone_has_recorded_keeps_those_digests(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    first = releases(ann).record(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT)
    reserved = releases(bob).allocate(COMMIT, "ci", AT)
    assert releases(bob).put(draft(CATALOGUE, COMMIT, REBUILT, release_id=reserved), "ci", AT) == (first, False)
    assert list(recorded(published(hosted))) == [first.id]
    assert bob.git("rev-parse", "HEAD") == git(hosted.bare, "rev-parse", "main")


def test_a_record_that_lost_its_push_has_given_nothing_away(hosted: Hosted, ann: Clone) -> None:
    (hosted.bare / "refs" / "heads" / "main.lock").write_text("")
    before = ann.state()
    with pytest.raises(Failed, match="others were faster 2 times in a row"):
        ann.repository.extend(ann.ledger("releases").path, lambda content: Addition(b"x\n", "x"), push=True, attempts=2)
    assert ann.state() == before


def build(folder: Path, number: int, clone: str) -> None:
    """A build that reserves ids and records all but one of them, as fast as it can."""
    own = releases(Clone(folder / clone))
    for turn in range(EACH):
        commit = f"{number:02}{turn}".ljust(40, "a")
        made = own.allocate(commit, f"build-{number}", AT)
        if turn != UNRECORDED:
            assert own.record(draft(CATALOGUE, commit, IMAGES, release_id=made), f"build-{number}", AT).id == made
        with (folder / f"given-{number}").open("a") as file:
            file.write(made + "\n")


def race(hosted: Hosted, clones: list[str], first: int = 0) -> list[str]:
    """All ids that were given after builds, numbered from `first` on, have run in these clones at the same time."""
    context = multiprocessing.get_context("fork")
    numbered = enumerate(clones, first)
    builds = [context.Process(target=build, args=(hosted.folder, number, clone)) for number, clone in numbered]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert [each.exitcode for each in builds] == [0] * len(clones)
    return [line for path in hosted.folder.glob("given-*") for line in path.read_text().splitlines()]


def test_builds_at_the_same_time_never_share_an_id(hosted: Hosted) -> None:
    clones = ["ann", "bob", "bob"]
    given = race(hosted, clones)
    assert sorted(given) == [f"2026.01.31.{number:04}" for number in range(1, EACH * len(clones) + 1)]
    entries = published(hosted)
    reserved = {entry.facts["commit"]: name for name, entry in allocated(entries).items()}
    assert sorted(reserved.values()) == sorted(given)
    assert {release.commit: release.id for release in recorded(entries).values()} == {
        commit: name for commit, name in reserved.items() if commit[2] != str(UNRECORDED)
    }
    assert len(hosted.log()) == 1 + len(entries)
    for clone in set(clones):
        assert Clone(hosted.folder / clone).git("status", "--porcelain") == ""


@pytest.mark.prove
def test_many_builds_in_many_clones_never_share_an_id(hosted: Hosted) -> None:
    names = [f"clone-{number}" for number in range(4)]
    for name in names:
        hosted.clone(name)
    rounds, racers = 4, [*names, *names]
    for number in range(rounds):
        given = race(hosted, racers, first=number * len(racers))
        assert len(given) == len(set(given)) == (number + 1) * len(racers) * EACH
    assert sorted(allocated(published(hosted))) == sorted(given)
    print(f"{len(given)} ids given to {rounds * len(racers)} builds in {len(names)} clones, none of them twice")
