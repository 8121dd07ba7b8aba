"""Which commit a run applies, and what overtakes it."""

from __future__ import annotations

from delivery.overtaking import Start
from delivery.record import PLAN
from tests.delivery.clones import Clone


def begun(clone: Clone) -> Start:
    return Start(clone.repository, clone.git("rev-parse", "HEAD"), True)


def changed(clone: Clone, name: str, text: str, *, trailer: str = "") -> str:
    """A commit that somebody publishes."""
    clone.write(name, text)
    clone.git("add", ".")
    clone.git("commit", "--quiet", "--message", f"Change {name}\n\n{trailer}")
    clone.git("push", "--quiet")
    return clone.git("rev-parse", "HEAD")


def test_a_newer_change_overtakes_and_an_entry_of_a_ledger_does_not(ann: Clone, bob: Clone) -> None:
    start = begun(ann)
    assert start.newer(()) is None
    bob.entry("dev", "bob")
    bob.git("push", "--quiet")
    assert start.newer(()) is None
    tip = changed(bob, "services.yaml", "services: {}\n")
    assert start.newer(()) == tip
    assert begun(bob).newer(()) is None


def test_what_a_run_wrote_itself_overtakes_it_only_with_what_others_published_before(ann: Clone, bob: Clone) -> None:
    start = begun(ann)
    ann.write("Pulumi.dev.yaml", "config:\n  slipway:release: a\n")
    ann.entry("dev", "ann")
    ann.git("commit", "--quiet", "--all", "--message", "deploy a to dev")
    assert start.newer({"dev"}) is None
    ann.repository.push()
    assert start.newer({"dev"}) is None
    assert start.newer(()) == ann.git("rev-parse", "HEAD")
    bob.git("pull", "--quiet")
    changed(bob, "Pulumi.prod.yaml", "config:\n  slipway:release: b\n")
    ann.entry("dev", "ann", "unheld")
    ann.repository.push()
    assert start.newer({"dev"}) == ann.git("rev-parse", "HEAD")


def test_a_branch_that_is_published_nowhere_is_never_overtaken(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "own")
    assert Start(ann.repository, "0" * 40, False).newer(()) is None


def test_deliveries_are_passed_over_on_the_way_to_what_brought_the_change(ann: Clone) -> None:
    wanted = changed(ann, "services.yaml", "services: {}\n")
    ann.entry("dev", "ann")
    changed(ann, "Pulumi.dev.yaml", "config:\n  slipway:release: a\n", trailer=f"{PLAN}: sha256:1")
    ann.entry("dev", "ann", "unheld")
    assert begun(ann).brought() == wanted
    pinned_by_hand = changed(ann, "Pulumi.dev.yaml", "config:\n  slipway:release: b\n")
    assert begun(ann).brought() == pinned_by_hand


def test_a_merge_is_what_brought_its_branch(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "tune")
    ann.write("services.yaml", "services: {}\n")
    ann.git("commit", "--quiet", "--all", "--message", "Tune")
    ann.git("switch", "--quiet", "main")
    ann.entry("dev", "ann")
    ann.git("merge", "--quiet", "--no-ff", "--no-edit", "tune")
    merge = ann.git("rev-parse", "HEAD")
    ann.entry("dev", "ann", "unheld")
    assert begun(ann).brought() == merge


def test_the_first_commit_brought_itself(ann: Clone) -> None:
    assert begun(ann).brought() == ann.git("rev-parse", "HEAD")
