"""A notice that does not arrive is kept and tried again; what it tells of never fails for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from delivery.endings import DEBUG
from delivery.errors import Locked
from delivery.holding import held
from delivery.ledger import Ledger
from delivery.notices import Kind, Notice, Notices, Severity
from delivery.notices_slack import API, TOKEN, SlackNotices
from delivery.outbox import AT_ONCE, Kept, Outbox, Retried
from model.errors import ConfigError
from tests.notices import slack
from tests.notices.conftest import AT, WHOLE
from tests.notices.slack import Http, Slack

DOWN = Http(503)


def told(title: str, environment: str = "staging", **changes: Any) -> Notice:
    return replace(WHOLE, title=title, environment=environment, **changes)


@pytest.fixture
def outbox(config: Path, notices: SlackNotices) -> Outbox:
    return Outbox(config, notices, "ann@example.com", lambda: AT)


@pytest.fixture
def down(workspace: Slack, outbox: Outbox) -> Callable[..., None]:
    """Tell something while Slack does not listen."""

    def tell(*notices: Notice) -> None:
        for notice in notices:
            workspace.script = [DOWN] * 20
            outbox.tell(notice)
        workspace.script, workspace.calls = [], 0

    return tell


def entries(config: Path) -> list[tuple[str, dict[str, Any]]]:
    """Events and facts of a whole chain."""
    ledger = Ledger(config, "notices")
    assert ledger.verify() == []
    return [(entry.event, dict(entry.facts)) for entry in ledger.entries()]


def warnings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_what_arrives_leaves_no_trace(
    workspace: Slack, outbox: Outbox, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox.tell(told("Rolled back", "prod", kind=Kind.ROLLBACK, severity=Severity.CRITICAL))
    assert [each["channel"] for each in workspace.posted] == ["#deployments", "#oncall"]
    assert warnings(capsys) == []
    assert not (config / "releases").exists()
    assert outbox.retry() == Retried(0, 0, ())
    assert not (config / "releases").exists()


def test_each_environment_tells_whom_it_names(workspace: Slack, outbox: Outbox) -> None:
    for environment in ("dev", "staging", "prod"):
        outbox.tell(told(environment, environment, kind=Kind.SECURITY, severity=Severity.CRITICAL))
    assert workspace.titles("#deployments") == ["dev"]
    assert workspace.titles("#security") == ["staging", "prod"]
    assert workspace.titles("#oncall") == ["prod"]


def test_what_does_not_arrive_is_kept_and_said_in_one_line(
    workspace: Slack, outbox: Outbox, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.script = [DOWN]
    notice = told("Promoted [bold]\nto prod", "prod")
    outbox.tell(notice)
    (said,) = warnings(capsys)
    assert said == (
        "warning: the notice 'Promoted [bold] to prod' did not arrive: #deployments: Slack answers with HTTP 503; "
        "it is kept, and 'slipway notices retry' or the next notice sends it"
    )
    assert outbox.kept() == [Kept(1, notice, (), "#deployments: Slack answers with HTTP 503")]
    facts = {"notice": notice.as_json(), "reached": [], "reason": "#deployments: Slack answers with HTTP 503"}
    assert entries(config) == [("undelivered", facts)]


def test_the_next_one_takes_along_what_is_kept_oldest_first(
    workspace: Slack, outbox: Outbox, down: Callable[..., None], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    down(told("first"), told("second", "dev"))
    assert len(warnings(capsys)) == 2
    outbox.tell(told("third", "prod"))
    assert workspace.titles("#deployments") == ["first", "second", "third"]
    assert outbox.kept() == []
    assert [event for event, _ in entries(config)] == ["undelivered", "undelivered", "delivered", "delivered"]
    assert entries(config)[2][1] == {"of": 1, "reached": ["#deployments"]}
    assert warnings(capsys) == []
    outbox.tell(told("fourth"))
    assert workspace.titles("#deployments") == ["first", "second", "third", "fourth"]


def test_only_the_channels_that_it_has_not_reached_get_it_again(workspace: Slack, outbox: Outbox, config: Path) -> None:
    workspace.archived = {"#oncall"}
    outbox.tell(told("On hold", "prod", kind=Kind.HOLD))
    assert [(each.reached, each.reason) for each in outbox.kept()] == [
        (("#deployments",), "#oncall: is_archived: the channel is archived")
    ]
    again = outbox.retry()
    assert (again.delivered, [each.number for each in again.left]) == (0, [1])
    assert len(entries(config)) == 1, "a try that changes nothing is not recorded"
    workspace.archived = set()
    assert outbox.retry() == Retried(1, 0, ())
    assert (workspace.titles("#deployments"), workspace.titles("#oncall")) == (["On hold"], ["On hold"])
    assert entries(config)[1:] == [("delivered", {"of": 1, "reached": ["#deployments", "#oncall"]})]


def test_a_channel_more_is_recorded(workspace: Slack, outbox: Outbox, config: Path) -> None:
    workspace.script = [DOWN]
    workspace.archived = {"#oncall"}
    outbox.tell(told("On hold", "prod", kind=Kind.HOLD))
    left = Kept(
        1, told("On hold", "prod", kind=Kind.HOLD), ("#deployments",), "#oncall: is_archived: the channel is archived"
    )
    assert outbox.retry() == Retried(0, 0, (left,))
    assert outbox.kept() == [left]
    assert entries(config)[1] == ("undelivered", {"of": 1, "reached": ["#deployments"], "reason": left.reason})


def test_a_command_tries_only_some_of_what_is_kept_and_always_its_own(
    workspace: Slack, outbox: Outbox, down: Callable[..., None]
) -> None:
    titles = [f"number {number}" for number in range(AT_ONCE + 2)]
    down(*map(told, titles))
    outbox.tell(told("own"))
    assert workspace.titles("#deployments") == [*titles[:AT_ONCE], "own"]
    assert outbox.retry() == Retried(2, 0, ())
    assert workspace.titles("#deployments") == [*titles[:AT_ONCE], "own", *titles[AT_ONCE:]]


def test_where_nothing_arrives_one_try_is_enough(workspace: Slack, outbox: Outbox, down: Callable[..., None]) -> None:
    down(told("first"), told("second"))
    workspace.script = [DOWN] * 9
    outbox.tell(told("third", "prod", severity=Severity.CRITICAL))
    assert workspace.calls == 1
    reason = "#deployments: Slack answers with HTTP 503; #oncall: Slack answers with HTTP 503"
    assert [(each.notice.title, each.reason) for each in outbox.kept()][2] == ("third", reason)


def test_a_closed_channel_holds_up_no_other(workspace: Slack, outbox: Outbox, down: Callable[..., None]) -> None:
    down(told("first"), told("second"), told("finding", kind=Kind.SECURITY))
    workspace.archived = {"#deployments"}
    came = outbox.retry()
    assert (came.delivered, [each.notice.title for each in came.left]) == (1, ["first", "second"])
    assert (workspace.calls, workspace.titles("#security")) == (2, ["finding"])


def test_a_message_that_slack_does_not_take_holds_up_no_other(
    workspace: Slack, outbox: Outbox, down: Callable[..., None]
) -> None:
    down(told("first"), told("second"))
    workspace.script = ["invalid_blocks"]
    came = outbox.retry()
    assert (came.delivered, [each.reason for each in came.left]) == (
        1,
        ["#deployments: invalid_blocks: Slack does not take the message"],
    )
    assert workspace.titles("#deployments") == ["second"]


def test_what_is_kept_goes_where_the_config_says_now(
    workspace: Slack, outbox: Outbox, down: Callable[..., None], config: Path
) -> None:
    down(told("for another channel"), told("for nobody", "dev"), told("of a lost world", "prod"))
    file = config / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace('deployments: "#deployments"', 'deployments: "#oncall"'))
    file = config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace('{slack: {deployments: "#deployments"}}', "none"))
    (config / "Pulumi.prod.yaml").unlink()
    assert outbox.retry() == Retried(1, 2, ())
    assert [(each["channel"]) for each in workspace.posted] == ["#oncall"]
    assert [event for event, _ in entries(config)[3:]] == ["delivered", "withdrawn", "withdrawn"]
    assert outbox.kept() == []
    outbox.tell(told("for nobody", "dev"))
    assert len(workspace.posted) == 1


def test_with_a_config_that_cannot_be_read_it_is_kept(workspace: Slack, outbox: Outbox, config: Path) -> None:
    file = config / "Pulumi.staging.yaml"
    whole = file.read_text()
    file.write_text(whole.replace("slipway:notices:", "slipway:notises:"))
    outbox.tell(told("kept"))
    (kept,) = outbox.kept()
    assert kept.reason.startswith("Pulumi.staging.yaml: slipway:notises: this key is unknown")
    assert outbox.retry().left == (kept,)
    file.write_text(whole)
    assert outbox.retry() == Retried(1, 0, ())
    assert workspace.titles("#deployments") == ["kept"]


@pytest.mark.parametrize("harm", [lambda text: text.replace("first", "other"), lambda text: text + "<<<<<<< HEAD\n"])
def test_a_damaged_record_does_not_keep_the_news_back(
    workspace: Slack, outbox: Outbox, down: Callable[..., None], capsys: pytest.CaptureFixture[str],
    config: Path, harm: Callable[[str], str],
) -> None:  # fmt: skip
    down(told("first"))
    file = config / "releases" / "notices.jsonl"
    file.write_text(harm(file.read_text()))
    warnings(capsys)
    outbox.tell(told("second"))
    assert workspace.titles("#deployments") == ["second"]
    (said,) = warnings(capsys)
    assert said.startswith("warning: what is kept of notices cannot be read: releases/notices.jsonl: line ")
    with pytest.raises(ConfigError, match=r"releases/notices.jsonl: line "):
        outbox.retry()


def test_where_nothing_can_be_written_it_is_lost_and_nothing_else(
    workspace: Slack, outbox: Outbox, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config / "releases").write_text("no folder")
    workspace.script = [DOWN]
    outbox.tell(told("first"))
    said = warnings(capsys)
    assert said[-1].startswith("warning: the notice 'first' is lost: ")


class Faulty(Notices):
    """What carries notices has a fault of its own."""

    def send(self, notice: Notice, channel: str) -> None:
        raise ZeroDivisionError("a fault")


def test_not_even_a_fault_of_slipway_fails_what_is_told(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DEBUG, raising=False)
    outbox = Outbox(config, Faulty(), "ann@example.com", lambda: AT)
    outbox.tell(told("first"))
    assert warnings(capsys) == ["warning: the notice 'first' is lost: a fault"]
    monkeypatch.setenv(DEBUG, "1")
    with pytest.raises(ZeroDivisionError):
        outbox.tell(told("first"))


@pytest.mark.parametrize("answer", ["invalid_auth", "missing_scope", DOWN, Http(429, {"Retry-After": "9"}), slack.DROP])
def test_no_secret_is_in_the_record_or_on_the_screen(
    workspace: Slack, outbox: Outbox, config: Path, capfd: pytest.CaptureFixture[str], answer: Http | str
) -> None:
    workspace.script = [answer] * 2
    outbox.tell(told("first"))
    text = (config / "releases" / "notices.jsonl").read_text() + "".join(capfd.readouterr())
    assert "first" in text
    assert slack.TOKEN not in text


def test_a_token_that_is_none_is_not_repeated_either(
    workspace: Slack, config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    carrier = SlackNotices({TOKEN: f"{slack.TOKEN}\nX-Other: 1", API: workspace.url})
    Outbox(config, carrier, "ann@example.com", lambda: AT).tell(told("first"))
    text = (config / "releases" / "notices.jsonl").read_text() + "".join(capfd.readouterr())
    assert "SLACK_BOT_TOKEN is no token" in text
    assert slack.TOKEN not in text


def test_while_another_process_sends_what_is_kept_only_the_own_is_sent(
    workspace: Slack, outbox: Outbox, down: Callable[..., None], config: Path
) -> None:
    down(told("first"))
    with held(config, "notices", "bob"):
        outbox.tell(told("second"))
        assert workspace.titles("#deployments") == ["second"]
        with pytest.raises(Locked, match="bob"):
            outbox.retry()
    assert outbox.retry() == Retried(1, 0, ())
    assert workspace.titles("#deployments") == ["second", "first"]
