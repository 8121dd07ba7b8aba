"""What a refusal of GitHub's means, and what to do about it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from delivery.errors import Failed


class Absent(Failed):
    """404: it is not there, or this token may not know of it."""


class Invalid(Failed):
    """422: GitHub understood, and will not."""


def refused(subject: str, status: int, headers: Mapping[str, str], message: str) -> Failed:
    """An answer of 300 or more that no waiting changes. `subject` is what was asked for, as in `pull request 7`."""
    match status:
        case 401:
            return Failed(
                f"GitHub does not accept the token: {message}",
                "Make a new one; this one has expired, was revoked, or is of another server than GITHUB_API_URL names.",
            )
        case 403:
            return Failed(f"GitHub refuses {subject} to this token: {message}", _permission(headers))
        case 404:
            return Absent(
                f"GitHub has no {subject}, or does not show it to this token",
                "Check the name. If it is right, give the token access to it.",
            )
        case 422:
            return Invalid(f"GitHub refuses {subject}: {message}", "Correct what it names, and try again.")
        case 301 | 302 | 307 | 308:
            return Failed(
                f"GitHub has moved {subject} to {headers.get('location', 'an address that it does not tell')}",
                "Name the repository as it is called now.",
            )
        case _:
            return Failed(f"GitHub answers {status} for {subject}: {message}", "Correct what it names, and try again.")


def limited(until: float) -> Failed:
    """A rate limit that lasts longer than anybody waits; `until` in seconds since 1970."""
    when = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Failed(
        f"GitHub's rate limit is reached until {when}",
        "Try again then. A token of its own for delivery has a limit of its own.",
    )


def broken(subject: str, status: int, attempts: int) -> Failed:
    """A server's error, every time."""
    return Failed(
        f"GitHub answers {status} for {subject}, {attempts} times in a row",
        "Try again later; https://www.githubstatus.com says what is known.",
    )


def unreachable(address: str, reason: str) -> Failed:
    """No answer at all."""
    return Failed(
        f"GitHub cannot be reached at {address}: {reason}", "Check the network, HTTPS_PROXY and GITHUB_API_URL."
    )


def unreadable(subject: str, reason: str) -> Failed:
    """An answer that is not GitHub's."""
    return Failed(
        f"GitHub's answer for {subject} cannot be read: {reason}",
        "Check that GITHUB_API_URL is the address of its API, and that no proxy answers in its place.",
    )


def _permission(headers: Mapping[str, str]) -> str:
    """GitHub says what a fine-grained token lacks, which scope a classic one, and where to open it for single sign-on."""
    if sso := headers.get("x-github-sso", "").partition("url=")[2]:
        return f"Authorize the token for the organisation: {sso}"
    if needed := headers.get("x-accepted-github-permissions"):
        return f"Give the token the permission {needed}."
    if scopes := headers.get("x-accepted-oauth-scopes"):
        return f"Give the token one of the scopes {scopes}."
    return "Give the token, or the app, access to the repository and the permission for this."
