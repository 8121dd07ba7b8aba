"""Pins that a merge brought: which release they are of, and whether they go together."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.guards import Facts, refusals
from delivery.merged import disagreement, origin
from delivery.pins import Pins
from delivery.releases import Release

A, B, C = ("sha256:" + digit * 64 for digit in "abc")
ONE, TWO = "2026.01.31.0001", "2026.01.31.0002"


def release(id: str, migration: str = "none", **images: str) -> Release:
    more: dict[str, Any] = {"commit": "1" * 40, "build": "", "author": ""}
    return Release(id=id, images=images, migration=migration, **more)


RELEASES = [release(ONE, api=A, web=A), release(TWO, "expand", api=B, web=A)]
BEFORE = Pins({"api": A, "web": A}, ONE, None)


def test_pins_as_a_promotion_writes_them_go_together() -> None:
    after = Pins({"api": B, "web": A}, TWO, TWO)
    assert disagreement(RELEASES, BEFORE, after, [(TWO, "expand")]) == ""
    service_alone = Pins({"api": A, "web": C}, None, None)
    assert disagreement(RELEASES, BEFORE, service_alone, []) == ""


@pytest.mark.parametrize(
    ("after", "due", "said"),
    [
        (Pins({"api": B, "web": A}, "2026.01.31.0009", TWO), [], "there is no release 2026.01.31.0009"),
        (Pins({"api": B, "web": C}, TWO, TWO), [(TWO, "expand")], f"the digests are not those of {TWO}"),
        (
            Pins({"api": B, "web": A}, TWO, None),
            [(TWO, "expand")],
            f"migrated is not there, and these digests need {TWO}",
        ),
        (Pins({"api": A, "web": A}, ONE, TWO), [], f"migrated is {TWO}, and these digests need none"),
    ],
)
def test_others_are_refused(after: Pins, due: list[tuple[str, str]], said: str) -> None:
    assert disagreement(RELEASES, BEFORE, after, due) == said
    facts = Facts(order=["dev"], source=None, target="dev", wanted=after.images, target_pins=BEFORE, mispinned=said)
    (refusal,) = refusals(facts)
    assert (refusal.guard, refusal.problem) == ("pins-agree", f"the pins of dev do not go together: {said}")


def test_the_release_is_the_pinned_one_that_has_what_moves_else_the_newest() -> None:
    assert origin(RELEASES, Pins({"api": B}, TWO), {"api": B}) == TWO
    assert origin(RELEASES, Pins({"web": A}, ONE), {"web": A}) == ONE
    assert origin(RELEASES, Pins({"web": A}, None), {"web": A}) == TWO
    assert origin(RELEASES, Pins({"web": C}, None), {"web": C}) is None
