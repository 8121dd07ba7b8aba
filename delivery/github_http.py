"""GitHub over HTTP: who asks, one page after the other, again where it helps, and every end a `Failed` with a remedy.

gidgethub's sans-I/O half writes and reads the protocol, requests carries it. The generated clients weigh 50 MB and check
every answer whole, so that a field that nobody reads can stop a promotion; PyGithub is under the LGPL.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from gidgethub import apps, sansio

from delivery import github_failures as failures
from delivery.errors import Failed
from delivery.github_answers import Token, Viewer
from delivery.github_credentials import Address, Credentials, Installation
from delivery.github_patience import Patience, is_limited, limited_for
from delivery.github_reply import Bearer, Read, Reply, checked, read, reason

VERSION = "2022-11-28"
"""The API's version: the one that GitHub Enterprise Server knows too, supported until March 2028 at least.
https://docs.github.com/en/rest/about-the-rest-api/api-versions
"""
PAGE = 100
"""Entries of a page, the most that GitHub gives."""
MOST_PAGES = 100
"""A list that does not end is no list."""
BEFORE_ITS_END = timedelta(minutes=1)
"""When an installation's token, which lasts an hour, is replaced."""


class Unsure(Exception):
    """Something that must not be done twice was sent, and nobody knows whether it was done."""


@dataclass(frozen=True)
class Setback:
    """Something that may pass: how it ends if it does not, and for how many seconds to wait before.

    With `unsure`, what was asked may have been done all the same.
    """

    ending: Failed
    pause: float
    unsure: bool = True


def hindered(reply: Reply, subject: str, attempt: int, patience: Patience, now: float) -> Setback:
    """What an answer that is none of success means. Raises Failed where no waiting changes it."""
    if is_limited(reply.status, reply.headers, reply.problem):
        pause = limited_for(reply.headers, now)
        return Setback(failures.limited(now + pause), pause, unsure=False)
    if reply.status >= 500:
        return Setback(failures.broken(subject, reply.status, attempt), patience.between(attempt))
    if reply.status < 300:
        raise failures.unreadable(subject, reply.problem)
    raise failures.refused(subject, reply.status, reply.headers, reply.problem)


class Http:
    """A connection that is kept. `sleep` and `now` are the clock that it waits by; `now` in seconds since 1970."""

    def __init__(
        self,
        address: Address,
        credentials: Credentials,
        patience: Patience,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.patience, self.sleep = patience, sleep
        self._address, self._credentials, self._now = address, credentials, now
        self._session = requests.Session()
        self._session.headers.update({**sansio.create_headers("slipway"), "X-GitHub-Api-Version": VERSION})
        self._token: Token | None = None

    def get(self, path: str, answer: type[Read], subject: str) -> Read:
        """One object. `subject` names it in an error, as in `pull request 7`."""
        return checked(answer, self._exchange("GET", self._url(path), subject).data, subject)

    def pages(
        self, path: str, answer: type[Read], subject: str, parameters: Mapping[str, str] | None = None, key: str = ""
    ) -> Iterator[Read]:
        """All entries of a list, or of the list below `key`, page by page as they are wanted."""
        url = f"{self._url(path)}?{urlencode({'per_page': PAGE, **(parameters or {})})}"
        for _ in range(MOST_PAGES):
            reply = self._exchange("GET", url, subject)
            entries = reply.data.get(key) if key and isinstance(reply.data, dict) else reply.data
            if not isinstance(entries, list):
                raise failures.unreadable(subject, "it is no list")
            for entry in entries:
                yield checked(answer, entry, subject)
            if reply.following is None:
                return
            url = reply.following
            if urlsplit(url)[:2] != urlsplit(self._address.rest)[:2]:
                raise failures.unreadable(subject, f"its next page is elsewhere, at {url}")
        raise failures.unreadable(subject, f"it has more than {MOST_PAGES} pages")

    def send(
        self, method: str, path: str, body: Mapping[str, Any], answer: type[Read], subject: str, again: bool = True
    ) -> Read:
        """Make or change something. What must not be done twice (`again` is false) may end as `Unsure`."""
        return checked(answer, self._exchange(method, self._url(path), subject, body, again).data, subject)

    def delete(self, path: str, subject: str) -> None:
        """Take something away; nothing happens where it is gone already."""
        try:
            self._exchange("DELETE", self._url(path), subject)
        except failures.Absent:
            return

    def viewer(self) -> str:
        """The login of who asks; an app's installation is `NAME[bot]`."""
        subject, query = "the name of the token's owner", {"query": "query { viewer { login } }"}
        return checked(Viewer, self._exchange("POST", self._address.graphql, subject, query).data, subject).login

    def token(self) -> str:
        """What proves who asks, valid for a minute at least; that of an installation is asked for where there is none yet."""
        if not isinstance(self._credentials, Installation):
            return self._credentials.text
        now = datetime.fromtimestamp(self._now(), UTC)
        if self._token is None or self._token.expires_at - now < BEFORE_ITS_END:
            self._token = self._installed(self._credentials)
        return self._token.token

    def _url(self, path: str) -> str:
        return f"{self._address.rest}/{path}"

    def _exchange(
        self, method: str, url: str, subject: str, body: Mapping[str, Any] | None = None, again: bool = True
    ) -> Reply:
        return self._repeated(method, url, subject, body, again, self.token())

    def _repeated(
        self, method: str, url: str, subject: str, body: Mapping[str, Any] | None, again: bool, bearer: str
    ) -> Reply:
        attempt = 0
        while True:
            attempt += 1
            try:
                reply = self._once(method, url, body, bearer)
            except requests.RequestException as error:
                ending = failures.unreachable(self._address.rest, reason(error))
                setback = Setback(ending, self.patience.between(attempt))
            else:
                if not reply.problem:
                    return reply
                setback = hindered(reply, subject, attempt, self.patience, self._now())
            if setback.unsure and not again:
                raise Unsure(setback.ending.what)
            if attempt == self.patience.attempts or setback.pause > self.patience.longest:
                raise setback.ending
            self.sleep(setback.pause)

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None, bearer: str) -> Reply:
        response = self._session.request(
            method,
            url,
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"},
            auth=Bearer(bearer),
            timeout=(self.patience.connect, self.patience.read),
            # A change that is sent elsewhere would arrive as a question: requests follows 301 with GET.
            allow_redirects=method == "GET",
        )
        return read(response.status_code, response.headers, response.content)

    def _installed(self, installation: Installation) -> Token:
        try:
            proof = apps.get_jwt(app_id=installation.app, private_key=installation.private_key)
        except (ValueError, TypeError, jwt.PyJWTError):
            raise Failed(
                "GITHUB_APP_PRIVATE_KEY is no private key", "Give it the whole PEM file, lines and all."
            ) from None
        subject = f"a token for installation {installation.number}"
        url = self._url(f"app/installations/{installation.number}/access_tokens")
        return checked(Token, self._repeated("POST", url, subject, {}, True, proof).data, subject)
