"""Schedules in unix-cron form: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules."""

from __future__ import annotations

import re

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WORDS: dict[str, int] = {}
_FIELDS = (
    ("minute", 0, 59, _WORDS),
    ("hour", 0, 23, _WORDS),
    ("day of the month", 1, 31, _WORDS),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_PART = re.compile(r"(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?")


def problem(schedule: str) -> str:
    """What is wrong with a schedule; empty where nothing is."""
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        names = ", ".join(name for name, *_ in _FIELDS)
        return f"{schedule!r} has {len(fields)} fields and not five: {names}"
    for text, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        for part in text.split(","):
            wrong = _wrong(part, low, high, words)
            if wrong:
                return f"{schedule!r}: the {name} {text!r} {wrong}"
    return ""


def _wrong(part: str, low: int, high: int, words: dict[str, int]) -> str:
    ranged, slash, step = part.partition("/")
    match = _PART.fullmatch(ranged)
    if match is None:
        return "is none of *, NUMBER, NUMBER-NUMBER, and these with /NUMBER or joined by commas"
    first = last = None
    if not match["all"]:
        first = _number(match["first"], words)
        last = _number(match["last"], words) if match["last"] else first
        if first is None or last is None or not (low <= first <= high and low <= last <= high):
            return f"is not within {low}-{high}" + (f" or {'/'.join(words)}" if words else "")
        if first > last:
            return "is a range that ends before it begins"
    if slash and not (match["all"] or match["last"]):
        return "has a step, but no range that it goes through"
    if slash and not (step.isascii() and step.isdigit() and 1 <= int(step) <= high):
        return f"has a step that is not within 1-{high}"
    return ""


def _number(text: str, words: dict[str, int]) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else words.get(text.upper())
