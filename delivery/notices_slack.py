"""Notices to Slack: chat.postMessage of its Web API, with a bot's token that has the scope chat:write.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

import http.client
import logging
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from delivery.notices import Notice, Reach, Undelivered
from delivery.slack_message import message

TOKEN = "SLACK_BOT_TOKEN"
API = "SLACK_API_URL"

ANSWER_SECONDS = 2
"""Until the connection is there, and again until the answer is; Slack takes a few tenths. What comes later counts as lost."""
WAIT_SECONDS = 2
"""The longest wait that Slack may ask for before the one further try. The notice is kept for what it asks beyond that."""
PAUSE_SECONDS = 0.2
"""Before the one further try after a connection that broke."""

_SILENT = logging.getLogger("slipway.slack")
_SILENT.setLevel(logging.CRITICAL + 1)
"""What the client has to say of a failure is told by `Undelivered`, once."""

_CHANNEL = {
    "channel_not_found": "Slack knows no such channel, or the app does not see it: invite it there",
    "not_in_channel": "the app is not in the channel: invite it there",
    "is_archived": "the channel is archived",
    "restricted_action": "the channel does not let the app post",
    "restricted_action_read_only_channel": "the channel does not let the app post",
}
_TOKEN = {
    "not_authed": "there is no token",
    "invalid_auth": "Slack does not know the token",
    "account_inactive": "the token's app or user is gone",
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "missing_scope": "the token lacks a scope",
    "org_login_required": "the workspace is being moved",
    "team_access_not_granted": "the app is not approved in the workspace",
    "ratelimited": "Slack limits the app's rate",
    "rate_limited": "Slack limits the app's rate",
    "internal_error": "Slack has a fault",
    "fatal_error": "Slack has a fault",
    "service_unavailable": "Slack is not available",
}
"""What the codes mean that say nothing of this message: https://docs.slack.dev/reference/methods/chat.postMessage#errors"""


class SlackNotices:
    """Implements `delivery.notices.Notices`.

    A message is sent once more after a connection that broke, and kept when no answer came: it may then arrive twice, which
    is better than not at all.
    """

    def __init__(self, environment: Mapping[str, str], answer_seconds: int = ANSWER_SECONDS) -> None:
        """`environment` has SLACK_BOT_TOKEN, and SLACK_API_URL where a proxy stands between."""
        self._token = environment.get(TOKEN, "").strip()
        self._api = environment.get(API) or WebClient.BASE_URL
        self._answer_seconds = answer_seconds

    def send(self, notice: Notice, channel: str) -> None:
        """Post a notice in a channel. Raises Undelivered."""
        if problem := self._problem():
            raise Undelivered(problem, Reach.EVERYTHING)
        client = WebClient(
            self._token,
            self._api,
            self._answer_seconds,
            logger=_SILENT,
            retry_handlers=[
                ConnectionErrorRetryHandler(interval_calculator=FixedValueRetryIntervalCalculator(PAUSE_SECONDS)),
                _ShortWaits(),
            ],
        )
        content = message(notice)
        try:
            client.chat_postMessage(channel=channel, **content)
        except SlackApiError as error:
            raise _refused(error) from None
        except (SlackClientError, OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            # AttributeError: an answer of JSON that is no object is more than the client expects.
            raise Undelivered(f"Slack does not answer: {_one_line(error)}", Reach.EVERYTHING) from None

    def _problem(self) -> str:
        """What is wrong with the settings. It repeats neither: a password may stand in the one, the other is a secret."""
        if not self._token:
            return f"{TOKEN} is not set"
        if not self._token.isascii() or not self._token.isprintable():
            return f"{TOKEN} is no token"
        try:
            parts = urlsplit(self._api)
            fine = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
        except ValueError:
            fine = False
        return "" if fine else f"{API} is no address such as https://slack.com/api/"


class _ShortWaits(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, but no longer than WAIT_SECONDS."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = super()._can_retry(state=state, request=request, response=response, error=error)
        asked = _asked_wait(response.headers) if limited and response is not None else None
        return asked is not None and asked <= WAIT_SECONDS

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        time.sleep(_asked_wait(response.headers) or 0 if response is not None else 0)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _asked_wait(headers: Mapping[str, Any]) -> int | None:
    """Seconds of Retry-After: https://docs.slack.dev/apis/web-api/rate-limits"""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            text = str(value[0] if isinstance(value, list) else value).strip()
            return int(text) if text.isdecimal() else None
    return None


def _refused(error: SlackApiError) -> Undelivered:
    """What Slack's answer means: with HTTP 200 and `ok: false` it has read the message, otherwise it has not."""
    status = int(error.response.status_code)
    if status == 429:
        asked = _asked_wait(error.response.headers)
        until = f" and asks to wait {asked} s" if asked is not None else ""
        return Undelivered(f"Slack limits the app's rate{until}", Reach.EVERYTHING)
    if status != 200:
        return Undelivered(f"Slack answers with HTTP {status}", Reach.EVERYTHING)
    said = error.response.data
    code = str(said.get("error")) if isinstance(said, dict) else ""
    if not re.fullmatch(r"[a-z_]+", code):
        return Undelivered("what answers is not Slack's API", Reach.EVERYTHING)
    if code in _CHANNEL:
        return Undelivered(f"{code}: {_CHANNEL[code]}", Reach.CHANNEL)
    if code in _TOKEN:
        needed = f", {said['needed']}" if isinstance(said, dict) and said.get("needed") else ""
        return Undelivered(f"{code}: {_TOKEN[code]}{needed}", Reach.EVERYTHING)
    return Undelivered(f"{code}: Slack does not take the message", Reach.NOTICE)


def _one_line(error: object) -> str:
    reason = getattr(error, "reason", None) or error
    return " ".join(str(reason).split())[:200]
