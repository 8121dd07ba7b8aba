"""Property paths (`a.b[0]["c.d"]`, with `*`) and comparing values by path."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from sandbox.values import Properties, is_secret, unwrap

Path = tuple[str | int, ...]
_MISSING = object()


def parse(text: str) -> Path:
    """The path's steps; raises ValueError for what Pulumi cannot parse either."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        if text[at] == ".":
            at += 1
        elif text[at] == "[":
            if text.startswith('["', at):
                key, length = json.JSONDecoder().raw_decode(text[at + 1 :])
                end = at + 1 + length
                if not text.startswith("]", end):
                    raise ValueError(f"missing closing bracket in property path {text!r}")
                steps.append(key)
                at = end + 1
            else:
                end = text.find("]", at)
                if end < 0:
                    raise ValueError(f"missing closing bracket in property path {text!r}")
                inner = text[at + 1 : end]
                steps.append("*" if inner == "*" else int(inner))
                at = end + 1
        else:
            end = at
            while end < len(text) and text[end] not in ".[":
                end += 1
            steps.append(text[at:end])
            at = end
    return tuple(steps)


def contains(outer: Path, inner: Path) -> bool:
    """Whether `inner` is `outer` or lies below it; `*` stands for any step."""
    return len(outer) <= len(inner) and all(a == "*" or a == b for a, b in zip(outer, inner, strict=False))


def _inside(value: Any) -> Any:
    return value["value"] if is_secret(value) else value


def _child(value: Any, step: str | int) -> Any:
    value = _inside(value)
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, _MISSING)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return _MISSING


def _reset(old: Any, new: Any, path: Path) -> None:
    step, rest = path[0], path[1:]
    old, new = _inside(old), _inside(new)
    if step == "*":
        if isinstance(new, list) and isinstance(old, list):
            for index in range(min(len(old), len(new))):
                _reset(old, new, (index, *rest))
        elif isinstance(new, dict) and isinstance(old, dict):
            for key in sorted({*old, *new}):
                _reset(old, new, (key, *rest))
        return
    before, now = _child(old, step), _child(new, step)
    if rest:
        if before is not _MISSING and now is not _MISSING:
            _reset(before, now, rest)
    elif before is not _MISSING:
        if isinstance(new, dict) or now is not _MISSING:
            place: Any = new
            place[step] = copy.deepcopy(before)
    elif now is not _MISSING and isinstance(new, dict):
        del new[step]


def keep_old(inputs: Properties, old_inputs: Properties, ignored: Iterable[str]) -> Properties:
    """The inputs with every ignored path set back to its old value, or taken out if it had none."""
    paths = [parse(text) for text in ignored]
    if not paths:
        return inputs
    kept: Properties = copy.deepcopy(inputs)
    for path in paths:
        _reset(old_inputs, kept, path)
    return kept


def changed_keys(old: Properties, new: Properties) -> list[str]:
    """Top-level keys whose values differ, secret or not."""
    return sorted(key for key in {*old, *new} if unwrap(old.get(key)) != unwrap(new.get(key)))
