"""Findings that somebody answers for, in a comment above the statement:

-- slipway:ignore drop-column,no-lock-timeout owner=ann@example.com reason=no code has read it since March
ALTER TABLE users DROP COLUMN nickname;
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from migrations.finding import Mistake
from migrations.statements import Script
from model.errors import closest

MARK = "slipway:ignore"
FORM = "-- slipway:ignore RULE owner=WHO reason=WHY"
_COMMENT = re.compile(r"^(?:--+|/\*+)\s*slipway:ignore(?![\w-])(.*?)(?:\*/)?$", re.DOTALL | re.IGNORECASE)
_FIELD = re.compile(r"\b(owner|reason)\s*=\s*")


@dataclass(frozen=True)
class Ignore:
    """`start` is where the statement begins that it stands above."""

    rules: tuple[str, ...]
    owner: str
    reason: str
    line: int
    start: int


def read(script: Script, file: str, known: Collection[str]) -> tuple[list[Ignore], list[Mistake]]:
    """All of a file, and what is wrong with those that are none."""
    found, mistakes = list[Ignore](), list[Mistake]()
    if MARK not in script.text.lower():
        return found, mistakes
    tops = [statement.start for statement in script.statements if not statement.inside]
    for start, end in script.lexed.comments:
        match = _COMMENT.match(script.text[start:end])
        if match is None:
            continue
        line, column = script.line(start), script.column(start)
        rules, fields = _fields(match[1])
        for what, remedy in _wrong(rules, fields, known):
            mistakes.append(Mistake("ignore", file, line, column, what, remedy))
        top = next((each for each in tops if each > start), None)
        if top is None:
            remedy = "Write it above the statement that it is for."
            mistakes.append(Mistake("ignore", file, line, column, "no statement follows this ignore comment", remedy))
        else:
            found.append(Ignore(rules, fields.get("owner", ""), fields.get("reason", ""), line, top))
    return found, mistakes


def _fields(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Rules stand before the first field; a value goes on to the next field, so that a reason may be a sentence."""
    pieces = _FIELD.split(text)
    rules = tuple(rule for rule in re.split(r"[\s,]+", pieces[0]) if rule)
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    return rules, {key: " ".join(value.split()).strip("\"'") for key, value in pairs}


def _wrong(rules: tuple[str, ...], fields: dict[str, str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    remedy = f"Write {FORM}."
    if not rules:
        yield "this ignore comment names no rule", remedy
    for rule in rules:
        if rule not in known:
            yield f"there is no rule '{rule}'", closest(rule, sorted(known))
    for key in ("owner", "reason"):
        if not fields.get(key):
            yield f"this ignore comment has no {key}", remedy
