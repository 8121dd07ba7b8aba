"""Spans of time as people type them."""

import re

from model.errors import ConfigError, Problem

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdw])+")
_PART = re.compile(r"([0-9.]+)([smhdw])")
LONGEST = 100 * 365 * 86400.0
"""A century in seconds: more than any test of time needs, and far from where dates end."""


def parse(text: str, key: str) -> float:
    """`90s`, `15m`, `2h30m`, `7d` or `1w` in seconds. Raises ConfigError for anything else."""
    remedy = "Write a number with s, m, h, d or w behind it, such as 90s, 2h30m or 7d."
    if not _SPAN.fullmatch(text):
        raise ConfigError(Problem("command line", key, f"'{text}' is no span of time", remedy))
    seconds = sum(float(number) * SECONDS[unit] for number, unit in _PART.findall(text))
    if seconds > LONGEST:
        raise ConfigError(Problem("command line", key, f"'{text}' is more than a century", remedy))
    return seconds
