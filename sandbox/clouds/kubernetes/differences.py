"""What an update would change, and which changes cannot be done in place.

As Diff, convertPatchToDiff and pruneMap in pulumi-kubernetes 4.34 (provider/pkg/provider/provider.go and util.go): the
live object of the state, reduced to what the former inputs had, is compared with the new inputs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sandbox.clouds.protocol import Kind as Change

_MISSING = object()
_REPLACING = {
    Change.ADD: Change.ADD_REPLACE,
    Change.DELETE: Change.DELETE_REPLACE,
    Change.UPDATE: Change.UPDATE_REPLACE,
}


def pruned(live: Any, shape: Any) -> Any:
    """`live` without what `shape` does not have; lists are cut to the length of `shape`'s."""
    if isinstance(live, dict) and isinstance(shape, dict):
        return {key: pruned(value, shape[key]) for key, value in live.items() if key in shape}
    if isinstance(live, list) and isinstance(shape, list):
        if live and shape and type(live[0]) is not type(shape[0]):
            return list(live)
        return [pruned(item, other) for item, other in zip(live, shape, strict=False)]
    return live


def between(old: dict[str, Any], new: dict[str, Any], force_new: Sequence[str]) -> dict[str, Change]:
    """Changed paths and how. A path below or above one of `force_new` (`.spec.selector`) replaces."""
    found: dict[tuple[str | int, ...], Change] = {}
    _compare((), old, new, found)
    return {_text(path): _kind(path, old, new, change, force_new) for path, change in found.items()}


def replaces(changes: dict[str, Change]) -> list[str]:
    """The paths among the changes that need another object."""
    return [
        path
        for path, change in changes.items()
        if change in _REPLACING.values() or (path == "metadata" and change is Change.DELETE)
    ]


def without(changes: dict[str, Change], ignored: Sequence[str]) -> dict[str, Change]:
    """The changes that are not at or below an ignored path."""
    wanted = [_parts(path) for path in ignored]
    return {path: change for path, change in changes.items() if not any(_covers(w, _parts(path)) for w in wanted)}


def _compare(path: tuple[str | int, ...], old: Any, new: Any, found: dict[tuple[str | int, ...], Change]) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            _compare((*path, key), old.get(key, _MISSING), new.get(key, _MISSING), found)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else _MISSING
            after = new[index] if index < len(new) else _MISSING
            _compare((*path, index), before, after, found)
    elif old is _MISSING:
        if new is not None:
            found[path] = Change.ADD
    elif new is _MISSING or new is None:
        found[path] = Change.DELETE
    elif old != new or isinstance(old, bool) is not isinstance(new, bool):
        found[path] = Change.UPDATE


def _kind(
    path: tuple[str | int, ...], old: dict[str, Any], new: dict[str, Any], change: Change, force_new: Sequence[str]
) -> Change:
    """A force-new path that the patch reaches replaces: at it, below it, or above it with it inside the patch."""
    value: Any = new
    for part in path:
        if isinstance(part, int):
            value = value[part] if isinstance(value, list) and part < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    for forced in force_new:
        wanted = tuple(forced.strip(".").split("."))
        names = tuple(part for part in path if isinstance(part, str))
        if names[: len(wanted)] == wanted:
            return _REPLACING[change]
        if wanted[: len(names)] == names and _reaches(value, wanted[len(names) :]):
            return _REPLACING[change]
    return change


def _reaches(value: Any, rest: tuple[str, ...]) -> bool:
    for part in rest:
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _text(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.search(r'[."\[\]]', part):
            quoted = part.replace('"', '\\"')
            text += f'["{quoted}"]'
        else:
            text += f".{part}" if text else part
    return text


def _parts(path: str) -> list[str]:
    tokens = re.findall(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]]+)', path)
    return [quoted.replace('\\"', '"') or index or name for quoted, index, name in tokens]


def _covers(wanted: list[str], path: list[str]) -> bool:
    return len(wanted) <= len(path) and all(w in ("*", p) for w, p in zip(wanted, path, strict=False))
