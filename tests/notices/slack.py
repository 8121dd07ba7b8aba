"""Slack's Web API, as far as chat.postMessage goes, as its documentation says.

https://docs.slack.dev/apis/web-api/ (bearer token, JSON, errors with HTTP 200), https://docs.slack.dev/apis/web-api/rate-limits
(429 and Retry-After), https://docs.slack.dev/reference/methods/chat.postMessage, and the limits and keys of the blocks on their
pages below https://docs.slack.dev/reference/block-kit/blocks.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import QuietHandler, serving

TOKEN = "xoxb-1111-2222-abcdef"


@dataclass(frozen=True)
class Http:
    """An answer that is not the API's own."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


DROP = Http(0)
"""The connection ends without an answer."""


@dataclass
class Slack:
    """A workspace: its channels, and what was posted."""

    url: str = ""
    channels: set[str] = field(default_factory=lambda: {"#deployments", "#oncall", "#security"})
    archived: set[str] = field(default_factory=set)
    posted: list[dict[str, Any]] = field(default_factory=list)
    script: list[Http | str] = field(default_factory=list)
    """Answers to the next calls: an error's code, or something of HTTP."""
    calls: int = 0
    before: Callable[[], None] = lambda: None
    """What happens when a call has come, before it is looked at."""

    def titles(self, channel: str) -> list[str]:
        """What was posted there, by its header, oldest first."""
        found = [each for each in self.posted if each["channel"] == channel]
        return [each["blocks"][0]["text"]["text"].partition(" ")[2] for each in found]

    @contextmanager
    def running(self) -> Iterator[Slack]:
        """At its `url` until the block ends."""

        class Handler(_Handler):
            slack = self
            lock = threading.Lock()

        with serving(Handler) as address:
            self.url = f"{address}/api/"
            yield self

    def error(self, token: str | None, message: dict[str, Any]) -> str:
        """What is wrong with a call, by its code; empty where nothing is."""
        if token is None:
            return "not_authed"
        if token != f"Bearer {TOKEN}":
            return "invalid_auth"
        if message["channel"] in self.archived:
            return "is_archived"
        if message["channel"] not in self.channels:
            return "channel_not_found"
        if not message.get("text"):
            return "no_text"
        if len(message["text"]) > 40000:
            return "msg_too_long"
        return "" if len(message["blocks"]) <= 50 and all(map(block_holds, message["blocks"])) else "invalid_blocks"


class _Handler(QuietHandler):
    slack: Slack
    lock: threading.Lock

    def do_POST(self) -> None:
        body = self.body()
        with self.lock:
            self.slack.calls += 1
        self.slack.before()
        with self.lock:
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        step = self.slack.script.pop(0) if self.slack.script else ""
        if step is DROP:
            self.drop()
            return
        if isinstance(step, Http):
            self.answer(step.status, step.body.encode(), step.headers)
            return
        assert self.path == "/api/chat.postMessage"
        assert self.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"
        message = json.loads(body)
        code = step or self.slack.error(self.headers["Authorization"], message)
        if code:
            document = {"ok": False, "error": code} | ({"needed": "chat:write"} if code == "missing_scope" else {})
        else:
            self.slack.posted.append(message)
            document = {"ok": True, "channel": "C024BE7LR", "ts": f"{len(self.slack.posted)}.000100", "message": {}}
        self.answer(200, json.dumps(document).encode(), {"Content-Type": "application/json; charset=utf-8"})


def block_holds(block: dict[str, Any]) -> bool:
    """Whether Slack takes a block of the kinds that notices are made of."""
    kind, rest = block["type"], {key: value for key, value in block.items() if key != "type"}
    match kind:
        case "header":
            return set(rest) == {"text"} and _plain(rest["text"], 150)
        case "section" if set(rest) == {"text"}:
            return _mrkdwn(rest["text"], 3000)
        case "section":
            fields = rest["fields"]
            return set(rest) == {"fields"} and 1 <= len(fields) <= 10 and all(_mrkdwn(each, 2000) for each in fields)
        case "context":
            elements = rest["elements"]
            return (
                set(rest) == {"elements"} and 1 <= len(elements) <= 10 and all(_mrkdwn(each, 3000) for each in elements)
            )
        case "actions":
            elements = rest["elements"]
            return set(rest) == {"elements"} and 1 <= len(elements) <= 25 and all(map(_button, elements))
    return False


def _plain(text: dict[str, Any], limit: int) -> bool:
    return set(text) <= {"type", "text", "emoji"} and text["type"] == "plain_text" and 1 <= len(text["text"]) <= limit


def _mrkdwn(text: dict[str, Any], limit: int) -> bool:
    return set(text) <= {"type", "text", "verbatim"} and text["type"] == "mrkdwn" and 1 <= len(text["text"]) <= limit


def _button(element: dict[str, Any]) -> bool:
    keys = set(element) <= {"type", "text", "url", "style"} and element["type"] == "button"
    url = element["url"]
    return keys and _plain(element["text"], 75) and len(url) <= 3000 and url.startswith(("https://", "http://"))
