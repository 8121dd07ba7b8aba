"""One answer of GitHub's, or none: what arrived, told without the names of Python's classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import gidgethub
import requests
from gidgethub import sansio
from pydantic import ValidationError
from requests.auth import AuthBase

from delivery import github_failures as failures
from delivery.github_answers import Answer

Read = TypeVar("Read", bound=Answer)

SHOWN = 200
"""Characters of an answer that is not GitHub's."""


@dataclass(frozen=True)
class Reply:
    """An answer. `problem` is its message where it is none of success; `following` is the next page's address."""

    status: int
    headers: Mapping[str, str]
    data: Any = None
    following: str | None = None
    problem: str = ""


class Bearer(AuthBase):
    """Sends a token. Given as such, since requests would put a password of ~/.netrc in place of a plain header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def read(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """What an answer says. `headers` must be found in lower case."""
    try:
        data, _, following = sansio.decipher_response(status, headers, body)
    except gidgethub.HTTPException as error:
        return Reply(status, headers, problem=str(error))
    except (ValueError, LookupError, TypeError):
        # No JSON, or a status or shape that gidgethub does not expect: some proxy's own page.
        return Reply(status, headers, problem=body[:SHOWN].decode(errors="replace").strip() or "it is empty")
    return Reply(status, headers, data, following)


def checked(answer: type[Read], data: Any, subject: str) -> Read:
    """The part of an answer that is read here. Raises Failed where it is not as documented."""
    try:
        return answer.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise failures.unreadable(subject, f"{place}: {first['msg']}") from None


def reason(error: requests.RequestException) -> str:
    """Why there is no answer."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause = error.args[0] if error.args else error
    # urllib3 wraps it: 'Max retries exceeded', though it was to try once only.
    cause = getattr(cause, "reason", None) or cause
    return str(cause).rpartition("): ")[2]
