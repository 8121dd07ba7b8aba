"""Where notices go, and how they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from delivery.notices import Kind, Notice, Severity, channels_of
from model.notices import SlackChannels
from tests.notices.conftest import AT, WHOLE

ALL = SlackChannels(deployments="#deployments", oncall="#oncall", security="#security")
FEW = SlackChannels(deployments="#deployments")
MOVES = (Kind.BUILD, Kind.DEPLOYMENT, Kind.PROMOTION, Kind.ROLLBACK, Kind.DRIFT)
CALM = (Severity.INFO, Severity.WARNING)


def channels(kind: Kind, severity: Severity, known: SlackChannels | None = ALL) -> tuple[str, ...]:
    return channels_of(replace(WHOLE, kind=kind, severity=severity), known)


def test_what_moves_goes_to_deployments_and_what_is_critical_to_oncall_too() -> None:
    for kind in MOVES:
        assert {channels(kind, severity) for severity in CALM} == {("#deployments",)}
        assert channels(kind, Severity.CRITICAL) == ("#deployments", "#oncall")


def test_holds_and_broken_glass_always_reach_oncall() -> None:
    for kind in (Kind.HOLD, Kind.BREAK_GLASS):
        assert {channels(kind, severity) for severity in Severity} == {("#deployments", "#oncall")}


def test_findings_go_to_security_and_critical_ones_to_oncall_too() -> None:
    assert {channels(Kind.SECURITY, severity) for severity in CALM} == {("#security",)}
    assert channels(Kind.SECURITY, Severity.CRITICAL) == ("#security", "#oncall")


def test_every_kind_has_its_place_in_the_table() -> None:
    assert {*MOVES, Kind.HOLD, Kind.BREAK_GLASS, Kind.SECURITY} == set(Kind)


def test_with_one_channel_everything_is_there_once() -> None:
    assert {channels(kind, severity, FEW) for kind in Kind for severity in Severity} == {("#deployments",)}
    same = SlackChannels(deployments="#all", oncall="#all", security="#all")
    assert {channels(kind, severity, same) for kind in Kind for severity in Severity} == {("#all",)}


def test_where_nobody_is_told() -> None:
    assert {channels(kind, severity, None) for kind in Kind for severity in Severity} == {()}


BARE = Notice(kind=Kind.BUILD, severity=Severity.INFO, environment="dev", title="Built", at=AT)


@pytest.mark.parametrize("notice", [WHOLE, BARE])
def test_a_notice_comes_back_as_it_was_kept(notice: Notice) -> None:
    assert Notice.from_json(notice.as_json()) == notice


def test_what_is_kept_is_plain() -> None:
    kept = WHOLE.as_json()
    assert (kept["kind"], kept["severity"], kept["at"]) == ("promotion", "info", "2026-01-31T12:00:00+00:00")
    assert kept["images"]["scribe"] == {"before": None, "after": "sha256:" + "9f" * 32}
    assert kept["next_step"] == {
        "text": "promote it to prod",
        "command": "slipway promote prod",
        "url": "https://ci.example.com/promote",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "party"},
        {"at": "noon"},
        {"images": ["api"]},
        {"link": {"href": "x"}},
        {"colour": "red"},
        {"kind": None},
    ],
)
def test_what_is_no_notice_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="."):
        Notice.from_json({**WHOLE.as_json(), **change})
    whole = WHOLE.as_json()
    del whole["title"]
    with pytest.raises(ValueError, match="title"):
        Notice.from_json(whole)


def test_the_hour_is_that_of_the_event_in_any_zone() -> None:
    assert Notice.from_json({**WHOLE.as_json(), "at": "2026-01-31T13:00:00+01:00"}).at == datetime(
        2026, 1, 31, 12, tzinfo=UTC
    )
