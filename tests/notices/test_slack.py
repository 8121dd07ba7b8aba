"""What Slack is sent, and what becomes of each of its answers."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.notices import Kind, Link, NextStep, Notice, Reach, Severity, Undelivered
from delivery.notices_slack import API, TOKEN, WAIT_SECONDS, SlackNotices
from delivery.slack_message import escaped, message
from tests.notices import slack
from tests.notices.conftest import AT, NEW, OLD, WHOLE
from tests.notices.slack import DROP, Http, Slack, block_holds

BARE = Notice(kind=Kind.BUILD, severity=Severity.INFO, environment="dev", title="Built", at=AT)


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_a_notice_as_slack_gets_it(workspace: Slack, notices: SlackNotices) -> None:
    notices.send(WHOLE, "#deployments")
    assert workspace.posted == [
        {
            "channel": "#deployments",
            "text": "✅ Promoted to staging\n"
            "environment staging, release 2026.01.31.0001, branch main, commit abc1234, author dev@example.com, "
            "by ann@example.com\n"
            "Reason: the bake time was over\n"
            "Next: promote it to prod, slipway promote prod, https://ci.example.com/promote",
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": "✅ Promoted to staging", "emoji": True}},
                {
                    "type": "section",
                    "fields": [
                        mrkdwn("*Environment:*\nstaging"),
                        mrkdwn("*Release:*\n2026.01.31.0001"),
                        mrkdwn("*Branch:*\nmain"),
                        mrkdwn("*Commit:*\n<https://github.com/ampersand/server/commit/abc1234|abc1234>"),
                        mrkdwn("*Author:*\ndev@example.com"),
                    ],
                },
                {
                    "type": "section",
                    "text": mrkdwn("*Images:*\n`api`  1a1a1a1a1a1a → 9f9f9f9f9f9f\n`scribe`  nothing → 9f9f9f9f9f9f"),
                },
                {"type": "section", "text": mrkdwn("*Reason:*\nthe bake time was over")},
                {"type": "section", "text": mrkdwn("*Next:*\npromote it to prod\n`slipway promote prod`")},
                {
                    "type": "context",
                    "elements": [
                        mrkdwn(
                            "by ann@example.com, <!date^1769860800^{date_short_pretty}, {time}|2026-01-31 12:00 UTC>"
                        )
                    ],
                },
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "text": {"type": "plain_text", "text": "promote it to prod", "emoji": True},
                            "url": "https://ci.example.com/promote",
                            "style": "primary",
                        },
                        {
                            "type": "button",
                            "text": {"type": "plain_text", "text": "View build", "emoji": True},
                            "url": "https://ci.example.com/builds/1",
                        },
                    ],
                },
            ],
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    ]


def test_what_is_empty_is_not_shown() -> None:
    assert [block["type"] for block in message(BARE)["blocks"]] == ["header", "section", "context"]
    assert message(BARE)["blocks"][1]["fields"] == [mrkdwn("*Environment:*\ndev")]
    assert message(BARE)["text"] == "✅ Built\nenvironment dev"
    step = replace(BARE, next_step=NextStep("look into it"))
    assert message(step)["blocks"][2] == {"type": "section", "text": mrkdwn("*Next:*\nlook into it")}


@pytest.mark.parametrize(
    ("severity", "sign"), [(Severity.INFO, "✅"), (Severity.WARNING, "⚠️"), (Severity.CRITICAL, "🚨")]
)
def test_the_sign_says_how_bad_it_is(severity: Severity, sign: str) -> None:
    shown = message(replace(BARE, severity=severity))
    assert shown["blocks"][0]["text"]["text"] == f"{sign} Built"
    assert shown["text"].startswith(f"{sign} Built")


PINGS = "<!channel> <!here> <@U024BE7LR> <#C024BE7LR> <!subteam^S1> <https://evil.example|look> @channel & more"


def test_no_word_of_others_pings_anybody_or_leads_anywhere() -> None:
    told = replace(
        WHOLE, title=PINGS, branch=PINGS, author=PINGS, who=PINGS, reason=PINGS, release=PINGS, commit=PINGS,
        images={PINGS: (OLD, NEW)}, next_step=NextStep(PINGS, PINGS, PINGS), link=Link(PINGS, f"https://a.example/{PINGS}"),
    )  # fmt: skip
    sent = message(told)
    texts = [sent["text"]]
    for block in sent["blocks"]:
        parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        texts += [part["text"] for part in parts if part and part["type"] == "mrkdwn"]
        assert all(part["verbatim"] for part in parts if part and part["type"] == "mrkdwn")
    assert len(texts) == 10
    commands = {command for text in texts for command in re.findall(r"<[^>]*>", text)}
    assert commands == {
        "<!date^1769860800^{date_short_pretty}, {time}|2026-01-31 12:00 UTC>",
        "<https://github.com/ampersand/server/commit/abc1234|&lt;!chann>",
    }
    assert "&lt;!channel&gt; &lt;!here&gt; &lt;@U024BE7LR&gt;" in sent["text"]
    assert (sent["parse"], sent["link_names"]) == ("none", False)
    (button,) = sent["blocks"][-1]["elements"]
    assert set(button["url"]).isdisjoint("<>| ")


def test_what_is_too_long_is_cut_between_characters() -> None:
    assert escaped("a<b", 6) == "a&lt;b"
    assert escaped("a<b", 5) == "a…"
    assert escaped("a<bcdef", 6) == "a&lt;…"
    assert escaped("&" * 5, 25) == "&amp;" * 5
    assert escaped("&" * 6, 25) == "&amp;" * 4 + "…"


def test_of_many_images_the_rest_is_counted() -> None:
    images = {f"service-{number:03}": (OLD, NEW) for number in range(100)}
    block = message(replace(BARE, images=images))["blocks"][2]
    lines = block["text"]["text"].splitlines()
    assert (lines[0], lines[1]) == ("*Images:*", "`service-000`  1a1a1a1a1a1a → 9f9f9f9f9f9f")
    assert lines[-1] == f"… and {100 - (len(lines) - 2)} more"
    assert 2900 < len(block["text"]["text"]) <= 3000


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example", "javascript:alert(1)", "a.example", "https://", "https://[", "https://a/" + "x" * 3000],
)
def test_what_is_no_address_makes_no_button_and_no_link(url: str) -> None:
    told = replace(WHOLE, link=Link("View", url), next_step=NextStep("go on", "", url), commit_url=url)
    blocks = message(told)["blocks"]
    assert [block["type"] for block in blocks if block["type"] == "actions"] == []
    assert blocks[1]["fields"][3] == mrkdwn("*Commit:*\nabc1234")


words = st.builds(str.__mul__, st.text(alphabet="a&<>|`* \n…é🚨", max_size=5), st.sampled_from([1, 30, 150, 700, 3000]))
"""From nothing to far beyond every limit."""
addresses = st.just("") | words.map(lambda text: f"https://ci.example.com/{text}")


@settings(max_examples=60)
@given(
    st.builds(
        replace,
        st.just(WHOLE),
        severity=st.sampled_from(Severity),
        environment=words, title=words, release=words, branch=words, commit=words, commit_url=addresses, author=words,
        who=words, reason=words,
        images=st.dictionaries(words, st.just((OLD, NEW)), max_size=3),
        next_step=st.none() | st.builds(NextStep, words, words, addresses),
        link=st.none() | st.builds(Link, words, addresses),
    )
)  # fmt: skip
def test_slack_takes_whatever_a_notice_says(notice: Notice) -> None:
    sent = message(notice)
    assert [block for block in sent["blocks"] if not block_holds(block)] == []
    assert 1 <= len(sent["text"]) <= 4000


@pytest.mark.parametrize(
    ("answer", "reason", "reaches"),
    [
        (
            "channel_not_found",
            "channel_not_found: Slack knows no such channel, or the app does not see it",
            Reach.CHANNEL,
        ),
        ("not_in_channel", "not_in_channel: the app is not in the channel: invite it there", Reach.CHANNEL),
        ("is_archived", "is_archived: the channel is archived", Reach.CHANNEL),
        ("token_revoked", "token_revoked: the token was revoked", Reach.EVERYTHING),
        ("missing_scope", "missing_scope: the token lacks a scope, chat:write", Reach.EVERYTHING),
        ("msg_too_long", "msg_too_long: Slack does not take the message", Reach.NOTICE),
        ("a_new_code", "a_new_code: Slack does not take the message", Reach.NOTICE),
        (Http(500, body="oops"), "Slack answers with HTTP 500", Reach.EVERYTHING),
        (Http(503), "Slack answers with HTTP 503", Reach.EVERYTHING),
        (Http(404, body='{"ok": true}'), "Slack answers with HTTP 404", Reach.EVERYTHING),
        (Http(200, body="<html>Sign in to the hotel</html>"), "what answers is not Slack's API", Reach.EVERYTHING),
        (Http(200, body=""), "what answers is not Slack's API", Reach.EVERYTHING),
        (Http(200, body="[]"), "what answers is not Slack's API", Reach.EVERYTHING),
        (Http(200, body="[1]"), "Slack does not answer: ", Reach.EVERYTHING),
        (Http(200, body='{"ok": '), "Slack does not answer: ", Reach.EVERYTHING),
        (Http(429, {"Retry-After": "30"}), "Slack limits the app's rate and asks to wait 30 s", Reach.EVERYTHING),
        (Http(429, {"Retry-After": "soon"}), "Slack limits the app's rate", Reach.EVERYTHING),
        (Http(429), "Slack limits the app's rate", Reach.EVERYTHING),
    ],
)
def test_every_answer_that_is_none_says_why_and_is_not_asked_for_again(
    workspace: Slack,
    notices: SlackNotices,
    caplog: pytest.LogCaptureFixture,
    answer: Http | str,
    reason: str,
    reaches: Reach,
) -> None:
    workspace.script = [answer]
    with pytest.raises(Undelivered) as undelivered:
        notices.send(WHOLE, "#deployments")
    assert undelivered.value.reason.startswith(reason)
    assert undelivered.value.reaches is reaches
    assert (workspace.calls, workspace.posted) == (1, [])
    assert caplog.records == [], "who sends tells it, once"


def test_a_channel_that_is_not_there_and_one_that_is_archived(workspace: Slack, notices: SlackNotices) -> None:
    workspace.archived = {"#oncall"}
    for channel, code in (("#nowhere", "channel_not_found"), ("#oncall", "is_archived")):
        with pytest.raises(Undelivered, match=code):
            notices.send(WHOLE, channel)
    notices.send(WHOLE, "#security")
    assert workspace.titles("#security") == ["Promoted to staging"]


@pytest.mark.parametrize("answer", [DROP, Http(429, {"Retry-After": "0"})])
def test_what_passes_by_itself_is_tried_once_more(workspace: Slack, notices: SlackNotices, answer: Http) -> None:
    workspace.script = [answer]
    notices.send(WHOLE, "#deployments")
    assert (workspace.calls, workspace.titles("#deployments")) == (2, ["Promoted to staging"])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (DROP, "Slack does not answer: Remote end closed connection without response"),
        (Http(429, {"Retry-After": "0"}), "Slack limits the app's rate and asks to wait 0 s"),
    ],
)
def test_and_no_more_than_once(workspace: Slack, notices: SlackNotices, answer: Http, reason: str) -> None:
    workspace.script = [answer] * 5
    with pytest.raises(Undelivered) as undelivered:
        notices.send(WHOLE, "#deployments")
    assert undelivered.value.reason == reason
    assert workspace.calls == 2


def test_a_wait_is_as_long_as_slack_asks_up_to_a_limit(
    workspace: Slack, notices: SlackNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("delivery.notices_slack.time.sleep", waited.append)
    workspace.script = [Http(429, {"Retry-After": str(WAIT_SECONDS)})]
    notices.send(WHOLE, "#deployments")
    workspace.script = [Http(429, {"Retry-After": str(WAIT_SECONDS + 1)})]
    with pytest.raises(Undelivered):
        notices.send(WHOLE, "#deployments")
    assert waited == [WAIT_SECONDS]


def test_no_answer_is_waited_for_for_ever(workspace: Slack) -> None:
    answered = threading.Event()
    workspace.before = lambda: answered.wait(60) and None
    impatient = SlackNotices({TOKEN: slack.TOKEN, API: workspace.url}, answer_seconds=1)
    with pytest.raises(Undelivered, match="Slack does not answer: .*timed out") as undelivered:
        impatient.send(WHOLE, "#deployments")
    answered.set()
    assert undelivered.value.reaches is Reach.EVERYTHING
    assert workspace.calls == 1, "what may have arrived is not sent again at once"


def test_nobody_listens() -> None:
    alone = SlackNotices({TOKEN: slack.TOKEN, API: "http://127.0.0.1:1/api/"})
    with pytest.raises(Undelivered, match="^Slack does not answer: .*Connection refused$"):
        alone.send(WHOLE, "#deployments")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({TOKEN: " \n"}, "SLACK_BOT_TOKEN is not set"),
        ({TOKEN: "xoxb-secret\nX-Injected: 1"}, "SLACK_BOT_TOKEN is no token"),
        ({TOKEN: "xoxb-secrét"}, "SLACK_BOT_TOKEN is no token"),
        ({TOKEN: "xoxb-secret", API: "http://ann:secret@127.0.0.1/api"}, "SLACK_API_URL is no address such as https://slack.com/api/"),
        ({TOKEN: "xoxb-secret", API: "http://127.0.0.1:secret/"}, "SLACK_API_URL is no address such as https://slack.com/api/"),
        ({TOKEN: "xoxb-secret", API: "file:///etc/secret"}, "SLACK_API_URL is no address such as https://slack.com/api/"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_named_and_not_repeated(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(Undelivered) as undelivered:
        SlackNotices(environment).send(WHOLE, "#deployments")
    assert (undelivered.value.reason, undelivered.value.reaches) == (reason, Reach.EVERYTHING)


def test_a_wrong_token_and_an_address_without_a_slash(workspace: Slack) -> None:
    with pytest.raises(Undelivered, match="invalid_auth: Slack does not know the token"):
        SlackNotices({TOKEN: "xoxb-other", API: workspace.url}).send(WHOLE, "#deployments")
    SlackNotices({TOKEN: f" {slack.TOKEN}\n", API: workspace.url.rstrip("/")}, 60).send(WHOLE, "#deployments")
    assert json.dumps(workspace.posted).count("Promoted to staging") == 2
