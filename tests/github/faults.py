"""What goes wrong at GitHub, on command: for the next requests, or for those that match only."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Fault:
    """Strikes `times` requests, then is over. `method` and `path` (a pattern, looked for anywhere in the path) narrow it.

    `kind` is `answer` (with the status, headers and body given) or `drop` (the connection is closed without one). What
    was asked is not done, unless the fault strikes `after` it.
    """

    kind: Literal["answer", "drop"]
    after: bool = False
    times: int = 1
    method: str = ""
    path: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one of those that it strikes."""
        return self.method in ("", method) and re.search(self.path, path) is not None


def broken(status: int = 502, **narrowed: Any) -> Fault:
    """A server's error, as its load balancer answers: not even JSON. It may come `after` all is done."""
    headers = {"Content-Type": "text/html"}
    return Fault("answer", status=status, headers=headers, body="<html>Unicorn!</html>", **narrowed)


def limited(reset: int, status: int = 403, **narrowed: Any) -> Fault:
    """The hourly limit is used up; `reset` in seconds since 1970.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    body = {"message": "API rate limit exceeded for user ID 1."}
    return Fault("answer", status=status, headers=headers, body=body, **narrowed)


def secondary(retry_after: int | None = None, status: int = 403, **narrowed: Any) -> Fault:
    """Too much in too short a time. GitHub does not always say how long to wait."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    return Fault("answer", status=status, headers=headers, body=body, **narrowed)


def forbidden(permission: str = "", **narrowed: Any) -> Fault:
    """The token may not do this; GitHub names what it lacks.
    https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
    """
    headers = {"X-Accepted-GitHub-Permissions": permission} if permission else {}
    return Fault(
        "answer", status=403, headers=headers, body={"message": "Resource not accessible by integration"}, **narrowed
    )


def dropped(**narrowed: Any) -> Fault:
    """The connection is closed before anything is done."""
    return Fault("drop", **narrowed)


def lost(**narrowed: Any) -> Fault:
    """All is done, and the connection is closed before the answer."""
    return Fault("drop", after=True, **narrowed)


class Faults:
    """Those that are planned, in their order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[tuple[Fault, int]] = []

    def plan(self, *faults: Fault) -> None:
        """Let these strike, one after the other."""
        with self._lock:
            self._planned += [(fault, fault.times) for fault in faults]

    def strike(self, method: str, path: str) -> Fault | None:
        """The first planned one that matches, which has then struck once more."""
        with self._lock:
            for at, (fault, left) in enumerate(self._planned):
                if fault.matches(method, path):
                    self._planned[at : at + 1] = [(fault, left - 1)] if left > 1 else []
                    return fault
        return None
