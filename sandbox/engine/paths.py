"""Property paths (`a.b[0]["c.d"]`, with `*`) and comparing values by path."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from sandbox.values import Properties, equal, is_secret, secret, unwrap

Path = tuple[str | int, ...]
_MISSING = object()
_QUOTED = re.compile(r'"((?:\\"|[^"])*+)"')
_INDEX = re.compile(r"[+-]?[0-9]+")


def parse(text: str) -> Path:
    """The path's steps; raises ValueError for what Pulumi cannot parse either, in its words."""
    if text.startswith("."):
        raise ValueError("expected property path to start with a name or index")
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        if text[at] == ".":
            at += 1
            if at == len(text):
                raise ValueError("expected property path to end with a name or index")
        elif text[at] == "[":
            step, at = _bracketed(text, at + 1)
            steps.append(step)
        else:
            end = at
            while end < len(text) and text[end] not in ".[":
                end += 1
            steps.append(text[at:end])
            at = end
    return tuple(steps)


def _bracketed(text: str, at: int) -> tuple[str | int, int]:
    """The key or index in brackets, and where the text goes on after them. Only quotes can be escaped in a key."""
    if text.startswith('"', at):
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise ValueError("missing closing quote in property name")
        if not text.startswith("]", quoted.end()):
            raise ValueError("missing closing bracket in property access")
        return quoted[1].replace('\\"', '"'), quoted.end() + 1
    end = text.find("]", at)
    if end < 0:
        raise ValueError("missing closing bracket in array index")
    inner = text[at:end]
    if inner == "*":
        return inner, end + 1
    if not _INDEX.fullmatch(inner):
        raise ValueError(f'invalid array index: strconv.ParseInt: parsing "{inner}": invalid syntax')
    return int(inner), end + 1


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


def _reset(old: Any, new: Any, path: Path, hidden: bool = False, shown: bool = True) -> bool:
    """Set `path` in `new` to what it is in `old`, in place; False if one of them does not have the place for it.

    `hidden`: something around it is secret in `old`; `shown`: nothing is in `new`. What was only hidden by what is around
    it must then become secret by itself.
    """
    if not path:
        return False
    hidden, shown = hidden or is_secret(old), shown and not is_secret(new)
    old, new = _inside(old), _inside(new)
    step, rest = path[0], path[1:]
    if step == "*":
        return _reset_all(old, new, rest, hidden, shown)
    if isinstance(step, int) and step < 0:
        return False
    kind = list if isinstance(step, int) else dict
    before, now = _child(old, step), _child(new, step)
    if (rest or kind is list) and not (isinstance(old, kind) and isinstance(new, kind)):
        return not isinstance(old, kind) and not isinstance(new, kind)
    if rest:
        if before is _MISSING and now is _MISSING and kind is dict:
            return True
        if now is _MISSING or (before is _MISSING and kind is list):
            return False
        return _reset(None if before is _MISSING else before, now, rest, hidden, shown)
    if before is _MISSING:
        if kind is dict and isinstance(new, dict):
            new.pop(step, None)
        return kind is dict or now is _MISSING
    if not isinstance(new, kind) or (kind is list and now is _MISSING):
        return False
    place: Any = new
    bare = hidden and shown and not is_secret(before)
    place[step] = secret(copy.deepcopy(before)) if bare else copy.deepcopy(before)
    return True


def _reset_all(old: Any, new: Any, rest: Path, hidden: bool, shown: bool) -> bool:
    steps: Iterable[str | int]
    if isinstance(old, list) and isinstance(new, list):
        steps, fit = range(min(len(old), len(new))), len(old) == len(new)
    elif isinstance(old, dict) and isinstance(new, dict):
        if rest and not old.keys() <= new.keys():
            return False
        steps, fit = sorted({*old} if rest else {*old, *new}), True
    else:
        return not rest and isinstance(new, (list, dict))
    return all(_reset(old, new, (step, *rest), hidden, shown) for step in steps) and fit


def keep_old(
    inputs: Properties, old_inputs: Properties, ignored: Iterable[str], impossible: list[str] | None = None
) -> Properties:
    """The inputs with every ignored path set back to its old value, or taken out if it had none.

    Paths for which that cannot be done are added to `impossible`; what is no path is passed over.
    """
    kept: Properties = copy.deepcopy(inputs) if ignored else inputs
    for text in ignored:
        try:
            path = parse(text)
        except ValueError:
            continue
        if not _reset(old_inputs, kept, path) and impossible is not None:
            impossible.append(text)
    return kept


def changed_keys(old: Properties, new: Properties) -> list[str]:
    """Top-level keys whose values differ, secret or not."""
    return sorted(key for key in {*old, *new} if not equal(unwrap(old.get(key)), unwrap(new.get(key))))
