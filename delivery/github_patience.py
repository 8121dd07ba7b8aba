"""How long GitHub is waited for: decided from its answer, without waiting."""

from collections.abc import Mapping
from dataclasses import dataclass

SECONDARY_PAUSE = 60.0
"""Where GitHub names no time: 'wait for at least one minute before retrying'.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""


@dataclass(frozen=True)
class Patience:
    """Bounds of every wait, in seconds. A request is sent `attempts` times at most; between them the pause doubles.

    A rate limit that lasts longer than `longest` is not waited for: a person who learns of it does better.
    """

    attempts: int = 4
    pause: float = 1.0
    longest: float = 60.0
    connect: float = 10.0
    read: float = 30.0

    def between(self, attempt: int) -> float:
        """The pause after the attempt of that number, from 1."""
        return min(self.pause * 2 ** (attempt - 1), self.longest)


def is_limited(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Whether an answer is a rate limit rather than a refusal: GitHub uses the same codes for both."""
    exhausted = headers.get("x-ratelimit-remaining") == "0"
    told = "retry-after" in headers or "rate limit" in message.lower()
    return status == 429 or (status == 403 and (exhausted or told))


def limited_for(headers: Mapping[str, str], now: float) -> float:
    """Seconds until a rate limit ends; `now` in seconds since 1970."""
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - now, 0.0)
    return SECONDARY_PAUSE
