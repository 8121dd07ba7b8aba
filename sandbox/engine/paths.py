"""Property paths (`a.b[0]["c.d"]`, with `*`) and comparing values by path."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from sandbox.values import Properties, is_secret, secret, unwrap

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


def _reset(old: Any, new: Any, path: Path, bare: bool = False) -> bool:
    """Set `path` in `new` to what it is in `old`, in place; False if one of them does not have the place for it.

    `bare`: what is around it was secret in `old` and is not in `new`, so that it must become secret by itself.
    """
    bare = bare or (is_secret(old) and not is_secret(new))
    old, new = _inside(old), _inside(new)
    step, rest = path[0], path[1:]
    if step == "*":
        return _reset_all(old, new, rest, bare)
    kind = list if isinstance(step, int) else dict
    before, now = _child(old, step), _child(new, step)
    if rest:
        if not (isinstance(old, kind) and isinstance(new, kind)):
            return not isinstance(old, kind) and not isinstance(new, kind)
        if before is _MISSING and now is _MISSING and kind is dict:
            return True
        if now is _MISSING or (before is _MISSING and kind is list):
            return False
        return _reset(None if before is _MISSING else before, now, rest, bare)
    if before is _MISSING:
        if kind is dict and now is not _MISSING:
            del new[step]
        return kind is dict or now is _MISSING
    if not isinstance(new, kind) or (kind is list and now is _MISSING):
        return False
    place: Any = new
    place[step] = secret(copy.deepcopy(before)) if bare and not is_secret(before) else copy.deepcopy(before)
    return True


def _reset_all(old: Any, new: Any, rest: Path, bare: bool) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        done = [_reset(old, new, (index, *rest), bare) for index in range(min(len(old), len(new)))]
        return all(done) and len(old) == len(new)
    if isinstance(old, dict) and isinstance(new, dict):
        if rest and not old.keys() <= new.keys():
            return False
        done = [_reset(old, new, (key, *rest), bare) for key in sorted({*old} if rest else {*old, *new})]
        return all(done)
    return not rest and isinstance(new, (list, dict))


def keep_old(
    inputs: Properties, old_inputs: Properties, ignored: Iterable[str], impossible: list[str] | None = None
) -> Properties:
    """The inputs with every ignored path set back to its old value, or taken out if it had none.

    Paths for which that cannot be done are added to `impossible`.
    """
    kept: Properties = copy.deepcopy(inputs) if ignored else inputs
    for text in ignored:
        if not _reset(old_inputs, kept, parse(text)) and impossible is not None:
            impossible.append(text)
    return kept


def changed_keys(old: Properties, new: Properties) -> list[str]:
    """Top-level keys whose values differ, secret or not."""
    return sorted(key for key in {*old, *new} if unwrap(old.get(key)) != unwrap(new.get(key)))
