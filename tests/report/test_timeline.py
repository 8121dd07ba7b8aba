"""Stays, failures and holds, as ledgers tell them."""

from __future__ import annotations

from datetime import datetime, timedelta

from delivery import history
from delivery.report_page.timeline import Failure, Hold, Stay, lane, timeline
from tests.report.contents import BAD, NEW, NOW, OLD, books, chain, move


def before(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_a_release_stays_until_another_one_runs() -> None:
    dev, _, prod, _ = books()
    found = lane("dev", dev.entries)
    assert found.stays == [Stay(OLD, before(85), before(45)), Stay(NEW, before(45))]
    assert found.failures == [Failure(BAD, before(65))]
    assert found.holds == [Hold("it crashes", before(63), before(60))]
    assert lane("prod", prod.entries).stays[-1] == Stay(OLD, before(20), back=True)


def test_what_moves_no_release_and_what_was_withdrawn_is_no_stay() -> None:
    entries = chain(
        "dev",
        (9, history.DONE, move(OLD)),
        (8, history.DONE, {"verb": "apply"}),
        (7, history.FAILED, {"verb": "apply", "reason": "quota"}),
        (6, history.BEGUN, move(NEW)),
        (5, history.WITHDRAWN, move(NEW)),
        (4, history.DONE, move(OLD)),
        (3, history.HELD, {"why": "a"}),
        (2, history.HELD, {"why": "b"}),
    )
    found = lane("dev", entries)
    assert found.stays == [Stay(OLD, before(9))]
    assert found.failures == []
    assert found.holds == [Hold("a", before(3), before(2)), Hold("b", before(2))]


def test_a_picture_shows_the_newest_stays_of_all() -> None:
    histories = {
        "dev": chain("dev", *((90 - at, history.DONE, move(f"2026.02.01.{at:04}")) for at in range(80))),
        "prod": chain("prod", (95, history.DONE, move("2026.02.01.0001"))),
        "new": [],
    }
    found = timeline(histories, NOW, most=10)
    assert found
    assert (found.begin, found.end) == (before(20), NOW)
    assert [len(each.stays) for each in found.lanes] == [10, 1, 0]
    assert found.releases == ["2026.02.01.0001", *(f"2026.02.01.{at:04}" for at in range(70, 80))]


def test_where_nothing_ever_ran_there_is_no_picture() -> None:
    assert timeline({"dev": [], "prod": chain("prod", (1, history.HELD, {"why": "a"}))}, NOW) is None
