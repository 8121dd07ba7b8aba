"""A promotion that came by a merge: the file has its pins already, and nothing has moved yet."""

from collections.abc import Mapping

from delivery import history, pins
from delivery.deciding import Asked, decide_move
from delivery.desk import Desk
from delivery.facts import Facts
from delivery.ledger import Ledger
from delivery.move import Decision, Move, direction, pins_for
from delivery.observed import Observed, observe
from delivery.pins import Pins
from delivery.releases import Release, Releases
from model.environment import Environment
from model.order import line
from model.stacks import load_environment


def pending(desk: Desk, target: str) -> tuple[Pins, Pins] | None:
    """The pins of which the ledger knows and those that are wanted; None where they are the same.

    A move that was cut short is still to be carried out, with all its stages.
    """
    entries, there = Ledger(desk.place.config, target).entries(), pins.read(target, desk.place.config)
    begun = history.last_unfinished(entries)
    if begun and not history.is_infrastructure(begun):
        after = Pins.from_json(begun.facts.get("after") or {})
        if (after.images, after.release) == (there.images, there.release):
            return Pins.from_json(begun.facts.get("before") or {}), after
    known = Pins.from_json(history.pinned(entries))
    return None if known == there else (known, there)


def decide(desk: Desk, target: str, before: Pins, after: Pins) -> Decision:
    """Read the environment and the one before it, and ask every guard that a promotion is asked.

    What else the merge changes goes along: it was in the plan that people have seen. Where the environment before has
    gone on to something newer, the digests must have run well there.
    """
    config = desk.place.config
    loaded = load_environment(target, config)
    assert isinstance(loaded, Environment)
    source, releases = loaded.promotion.from_, Releases(config)
    moved = {image: digest for image, digest in after.images.items() if before.images.get(image) != digest}
    release = origin(releases.all(), after, moved)
    there, here = observe(desk, target), observe(desk, source, changing=False) if source else None
    gone_on = here is not None and not _has(here.pins.images, moved)
    due = releases.pending(before.migrated, release)
    facts = Facts(
        order=line(target, config),
        source=source,
        target=target,
        wanted=after.images,
        target_pins=before,
        source_pins=here.pins if here else Pins(),
        source_workloads=here.workloads if here else {},
        source_failure=here.failure if here else "",
        source_running=here.running if here else {},
        target_running=there.running,
        target_healthy=bool(there.healthy),
        by_hand=here.by_hand if here and not gone_on else (),
        idle=there.idle,
        ran_before=_ran(here, moved) if here and gone_on else None,
        pending=due,
        mispinned=disagreement(releases.all(), before, after, due),
    )
    move = Move("promote" if source else "deploy", target, source, release, before, after, direction(due))
    return decide_move(desk, move, facts, Asked(with_infra=True), there, here)


def origin(releases: list[Release], after: Pins, moved: Mapping[str, str]) -> str | None:
    """The release that the digests which move are of: the one that is pinned, else the newest that has them."""
    having = [each.id for each in sorted(releases, key=lambda each: each.id) if _has(each.images, moved)]
    return after.release if after.release in having else having[-1] if having else after.release


def _ran(source: Observed, moved: Mapping[str, str]) -> bool:
    return any(_has(good.images, moved) for good in history.goods(source.entries))


def _has(images: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(images.get(image) == digest for image, digest in wanted.items())


def disagreement(releases: list[Release], before: Pins, after: Pins, due: list[tuple[str, str]]) -> str:
    """Where the pins are not what a promotion would have pinned; empty where they are."""
    named = next((each for each in releases if each.id == after.release), None)
    if after.release and named is None:
        return f"there is no release {after.release}"
    if named and dict(named.images) != dict(after.images):
        return f"the digests are not those of {after.release}"
    migrated = pins_for(after.images, after.release, before, due).migrated
    if after.migrated != migrated:
        return f"migrated is {after.migrated or 'not there'}, and these digests need {migrated or 'none'}"
    return ""
