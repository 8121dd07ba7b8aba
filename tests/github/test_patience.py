"""How long an answer of GitHub's makes delivery wait, and what a refusal tells people to do."""

from __future__ import annotations

import pytest

from delivery.github_failures import Absent, Invalid, refused
from delivery.github_patience import Patience, is_limited, limited_for

EXHAUSTED = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1030"}


@pytest.mark.parametrize(
    ("status", "headers", "message", "limited"),
    [
        (429, {}, "", True),
        (403, {"retry-after": "5"}, "", True),
        (403, EXHAUSTED, "API rate limit exceeded", True),
        (403, {}, "You have exceeded a secondary rate limit.", True),
        (403, {"x-ratelimit-remaining": "4999"}, "Resource not accessible by integration", False),
        (404, {"x-ratelimit-remaining": "0"}, "Not Found", False),
        (502, {"retry-after": "5"}, "", False),
    ],
)
def test_a_limit_is_told_from_a_refusal(status: int, headers: dict[str, str], message: str, limited: bool) -> None:
    assert is_limited(status, headers, message) is limited


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "5", **EXHAUSTED}, 5.0),
        (EXHAUSTED, 30.0),
        ({**EXHAUSTED, "x-ratelimit-reset": "900"}, 0.0),
        ({"x-ratelimit-remaining": "17", "x-ratelimit-reset": "1030"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60.0),
        ({}, 60.0),
    ],
)
def test_what_github_says_is_waited(headers: dict[str, str], seconds: float) -> None:
    assert limited_for(headers, 1000.0) == seconds


def test_pauses_double_up_to_the_longest() -> None:
    patience = Patience(pause=1.0, longest=6.0)
    assert [patience.between(attempt) for attempt in (1, 2, 3, 4, 9)] == [1.0, 2.0, 4.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("status", "headers", "what", "remedy"),
    [
        (401, {}, "does not accept the token: said", "Make a new one"),
        (403, {}, "refuses pull request 7 to this token: said", "Give the token, or the app, access"),
        (403, {"x-accepted-github-permissions": "pull_requests=write"}, "", "the permission pull_requests=write."),
        (403, {"x-accepted-oauth-scopes": "repo"}, "", "one of the scopes repo."),
        (403, {"x-github-sso": "required; url=https://github.com/orgs/acme/sso"}, "", ": https://github.com/orgs/acme"),
        (404, {}, "has no pull request 7, or does not show it", "Check the name"),
        (422, {}, "refuses pull request 7: said", "Correct what it names"),
        (
            301,
            {"location": "https://elsewhere"},
            "has moved pull request 7 to https://elsewhere",
            "as it is called now",
        ),
        (409, {}, "answers 409 for pull request 7: said", "Correct what it names"),
    ],
)
def test_each_refusal_has_its_remedy(status: int, headers: dict[str, str], what: str, remedy: str) -> None:
    found = refused("pull request 7", status, headers, "said")
    assert what in found.what
    assert remedy in found.remedy
    assert isinstance(found, Absent) is (status == 404)
    assert isinstance(found, Invalid) is (status == 422)
