"""What an environment's ledger says: what was good, what is held, how long a digest has run."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from delivery import history
from delivery.ledger import Entry

START = datetime(2026, 1, 5, tzinfo=UTC)
ONE, TWO, THREE = ({"api": f"sha256:{digit * 64}"} for digit in "123")


def entry(minutes: int, event: str, images: dict[str, str] | None = None, **facts: Any) -> Entry:
    at = (START + timedelta(minutes=minutes)).isoformat()
    after = {"after": {"images": images}} if images is not None else {}
    return Entry(minutes, at, "ann", event, {**after, **facts}, "", "")


def minutes(entries: list[Entry], now: int) -> dict[str, float]:
    """Digits of digests -> minutes baked."""
    at = START + timedelta(minutes=now)
    found = {digit: history.baked(entries, {"api": f"sha256:{digit * 64}"}, at)["api"] / 60 for digit in "123"}
    return {digit: baked for digit, baked in found.items() if baked}


def test_a_digest_bakes_from_the_end_of_its_rollout() -> None:
    assert minutes([entry(0, "begun", ONE), entry(5, "done", ONE)], 30) == {"1": 25}


def test_what_a_newer_one_replaced_keeps_its_time_and_gets_more_when_it_returns() -> None:
    entries = [entry(0, "done", ONE), entry(10, "done", TWO), entry(30, "done", ONE)]
    assert minutes(entries, 35) == {"1": 15, "2": 20}


def test_the_same_digest_again_loses_nothing() -> None:
    assert minutes([entry(0, "done", ONE), entry(10, "done", ONE)], 15) == {"1": 15}


def test_a_rollout_that_fails_counts_for_nothing_and_ends_only_what_it_replaced() -> None:
    left = [entry(0, "done", ONE), entry(10, "failed", TWO, running=ONE)]
    assert minutes(left, 15) == {"1": 15}
    gone = [entry(0, "done", ONE), entry(10, "failed", TWO, running={})]
    assert minutes(gone, 15) == {"1": 10}


def test_a_clock_that_went_back_takes_nothing_away() -> None:
    assert minutes([entry(10, "done", ONE)], 5) == {}


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from(["done", "failed"]), st.sampled_from([ONE, TWO, THREE]))))
def test_all_digests_together_bake_no_longer_than_time_went_by(steps: list[tuple[int, str, dict[str, str]]]) -> None:
    entries, now = [], 0
    for wait, event, images in steps:
        now += wait
        entries.append(entry(now, event, images, running=ONE))
    assert sum(minutes(entries, now + 10).values()) <= now + 10


def test_what_ran_well_comes_newest_first_and_once() -> None:
    entries = [
        entry(0, "done", ONE, release="a"),
        entry(1, "done", TWO, release="b"),
        entry(2, "done", ONE, release="a"),
        entry(3, "failed", THREE, release="c"),
    ]
    assert [good.release for good in history.goods(entries)] == ["a", "b"]
    found = history.last_good(entries, ONE)
    assert found is not None
    assert (found.release, found.images) == ("b", TWO)


def test_what_a_rollback_has_left_is_told_until_somebody_brings_it_again() -> None:
    def back(at: int, before: dict[str, str], after: dict[str, str]) -> Entry:
        return entry(at, "done", after, verb="rollback", before={"images": before})

    one, two, three = ({**images, "scribe": "sha256:" + "0" * 64} for images in (ONE, TWO, THREE))
    entries = [entry(0, "done", one), entry(1, "done", two), entry(2, "done", three), back(3, three, two)]
    assert history.left(entries) == {history.digests(three)}
    assert history.left(entries, "api") == {history.digests(THREE)}
    assert history.left(entries, "scribe") == set()
    entries.append(back(4, two, one))
    assert history.left(entries) == {history.digests(three), history.digests(two)}
    entries.append(entry(5, "done", three))
    assert history.left(entries) == {history.digests(two)}
    assert history.left([*entries, entry(6, "failed", two, verb="rollback", before={"images": three})]) == {
        history.digests(two)
    }


def test_what_is_bad_or_failed_at_last_is_not_gone_back_to() -> None:
    entries = [
        entry(0, "done", ONE, release="a"),
        entry(1, "done", TWO, release="b"),
        entry(2, "done", THREE, release="c"),
        entry(3, "failed", TWO, release="b"),
    ]
    assert [good.release for good in history.goods(entries)] == ["c", "a"]
    assert [good.release for good in history.goods(entries, {"c"})] == ["a"]
    assert history.last_good(entries, THREE, {"a"}) is None


def test_a_failure_that_was_made_good_later_is_forgiven() -> None:
    entries = [entry(0, "failed", ONE, release="a"), entry(1, "done", ONE, release="a")]
    assert [good.release for good in history.goods(entries)] == ["a"]


def test_a_hold_holds_until_somebody_lifts_it() -> None:
    entries = [entry(0, "held", why="tests"), entry(1, "done", ONE), entry(2, "unheld", why="fine")]
    held = history.hold(entries[:2])
    assert held is not None
    assert held.facts["why"] == "tests"
    assert history.hold(entries) is None


def test_a_hold_does_not_hide_the_one_before_it() -> None:
    lifted = [entry(0, "held", why="old"), entry(1, "unheld", why="fine")]
    assert history.why_held(lifted) is None
    entries = [*lifted, entry(2, "held", why="tests"), entry(3, "failed", ONE), entry(4, "held", why="it crashes")]
    assert history.why_held(entries) == ("ann", "it crashes; before that ann said: tests")


def test_other_entries_do_not_end_a_deployment() -> None:
    begun = entry(0, "begun", ONE)
    assert history.last_unfinished([begun, entry(1, "held", why="x"), entry(2, "approved")]) == begun
    assert history.last_unfinished([begun, entry(1, "failed", ONE)]) is None


def test_what_broke_off_has_not_ended() -> None:
    broken = entry(1, "failed", ONE, broke_off=True)
    assert history.last_unfinished([entry(0, "begun", ONE), broken]) == broken


def test_the_ledger_explains_the_pins_that_it_told_of_last() -> None:
    assert history.explained([]) == []
    assert history.explained([entry(0, "done", ONE), entry(1, "begun", TWO), entry(2, "failed", TWO)]) == [TWO]


def test_what_was_cut_short_may_have_pinned_or_not() -> None:
    assert history.explained([entry(0, "done", ONE), entry(1, "begun", TWO), entry(2, "begun", THREE)]) == [
        THREE,
        TWO,
        ONE,
    ]


def test_what_is_pinned_beside_the_digests_is_explained_too() -> None:
    def pinned(at: int, event: str, *pins: str) -> Entry:
        before, after = ({"images": ONE, "release": pin, "migrated": pin} for pin in pins)
        return Entry(at, "", "ann", event, {"before": before, "after": after}, "", "")

    assert history.named([], "release") == {None}
    ended = [pinned(0, "begun", "a", "b"), pinned(1, "done", "a", "b")]
    assert [history.named(ended, key) for key in ("release", "migrated")] == [{"b"}, {"b"}]
    failed = [*ended, pinned(2, "begun", "b", "c"), pinned(3, "failed", "b", "c")]
    assert [history.named(failed, key) for key in ("release", "migrated")] == [{"c"}, {"b", "c"}]


def test_what_was_withdrawn_does_not_explain_what_it_found() -> None:
    withdrawn = [entry(1, "begun", TWO), entry(2, "withdrawn", TWO, before={"images": THREE})]
    assert history.explained([entry(0, "done", ONE), *withdrawn]) == [ONE]


def test_what_moves_no_release_leaves_the_history_of_releases_as_it_is() -> None:
    moved = [
        entry(0, "done", ONE, release="a"),
        entry(10, "failed", TWO, release="b", running=ONE),
        entry(20, "withdrawn", TWO, release="b", before={"images": ONE}),
    ]
    applied = [
        *moved[:1],
        entry(5, "begun", verb="apply", plan="x"),
        entry(6, "done", verb="apply", plan="x"),
        *moved[1:],
        entry(21, "begun", verb="apply", plan="y"),
        entry(22, "failed", verb="apply", plan="y", reason="quota"),
    ]
    for found in (applied, applied[:-1], applied[:3], applied[:2]):
        same = [each for each in found if each.facts.get("verb") != "apply"]
        assert history.goods(found) != []
        assert history.goods(found) == history.goods(same)
        assert history.explained(found) == history.explained(same)
        assert minutes(found, 30) == minutes(same, 30) != {}


def test_an_apply_that_was_cut_short_is_unfinished_like_a_release() -> None:
    begun = entry(5, "begun", verb="apply")
    assert history.last_unfinished([entry(0, "done", ONE), begun]) == begun
    assert history.what(begun) == "apply"
    assert history.what(entry(0, "begun", ONE, verb="promote", release="a")) == "promote of a"


def test_what_was_withdrawn_leaves_what_was_begun_before_it_unfinished() -> None:
    done, first = entry(0, "done", ONE), entry(1, "begun", TWO)
    withdrawn = [entry(2, "begun", TWO), entry(3, "withdrawn", TWO, before={"images": ONE})]
    assert history.last_unfinished([done, first, *withdrawn]) == first
    assert history.pinned([done, first, *withdrawn]) == {"images": TWO}
    assert history.last_unfinished([done, *withdrawn]) is None
    # One that broke off and was taken back is one deployment, and one that ended beside it leaves nothing open.
    broken = entry(2, "failed", TWO, broke_off=True)
    assert history.last_unfinished([done, first, broken, withdrawn[1]]) is None
    assert history.last_unfinished([first, withdrawn[0], entry(4, "done", TWO), withdrawn[1]]) is None


def test_the_pins_that_the_ledger_knows_are_told_whole() -> None:
    before, after = ({"release": name, "migrated": None, "images": images} for name, images in (("a", ONE), ("b", TWO)))
    moved = [
        Entry(1, START.isoformat(), "ann", event, {"before": before, "after": after}, "", "")
        for event in ("failed", "withdrawn")
    ]
    assert history.pinned(moved[:1]) == after
    assert history.pinned(moved) == before
    assert history.pinned([]) == {}
