"""Documents of YAML with one thing in them that is probably wrong."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import yaml

from tests.fuzz.keys import ANY, Path
from tests.fuzz.mistakes import BREAKS, NAMES, VALUES, WHOLE

_MARK = "mark-of-the-place"


@dataclass(frozen=True)
class Spoiled:
    """The text of a file, and what was done to it."""

    text: str
    what: str


def at(text: str, path: Path, rng: random.Random) -> Spoiled:
    """A document with something wrong at a key."""
    real = _present(read(text), path, rng)
    way = rng.choice(_WAYS)
    return Spoiled(way(text, real, rng), f"{'.'.join(map(str, real))}: {way.__name__.strip('_')}")


@lru_cache(maxsize=64)
def read(text: str) -> Any:
    """What a text says, only to be read."""
    return yaml.load(text, yaml.CSafeLoader)


def anywhere(text: str, rng: random.Random) -> Spoiled:
    """A text that was cut, torn or mistyped anywhere."""
    place, way = rng.randrange(len(text) or 1), rng.choice(["cut", "break", "lost", "whole", "indented"])
    if way == "cut":
        return Spoiled(text[:place], f"cut after {place}")
    if way == "lost":
        return Spoiled(text[:place] + text[place + rng.randrange(1, 40) :], f"characters lost at {place}")
    if way == "whole":
        return Spoiled(rng.choice(WHOLE), "whole")
    if way == "indented":
        lines = text.splitlines()
        number = rng.randrange(len(lines))
        lines[number] = rng.choice((" ", "   ", "\t")) + lines[number]
        return Spoiled("\n".join(lines), f"indented in line {number + 1}")
    return Spoiled(text[:place] + rng.choice(BREAKS) + text[place:], f"broken at {place}")


def holds(document: Any, path: Path) -> int:
    """How many parts of a path are there."""
    for number, part in enumerate(path):
        if isinstance(document, dict) and document and part == ANY:
            document = next(iter(document.values()))
        elif isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and document and part == 0:
            document = document[0]
        else:
            return number
    return len(path)


def _present(document: Any, path: Path, rng: random.Random) -> Path:
    """The path with keys that are there in place of those that may be any."""
    real: list[str | int] = []
    for part in path:
        if part == ANY:
            part = rng.choice(sorted(document, key=str)) if isinstance(document, dict) and document else "thing"
        real.append(part)
        if isinstance(document, dict):
            document = document.get(part)
        else:
            document = document[0] if isinstance(document, list) and document else None
    return tuple(real)


def _value(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, "value").replace(_MARK, rng.choice(VALUES), 1)


def _renamed(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, "renamed").replace(_MARK, rng.choice(NAMES), 1)


def _beside(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, "beside").replace(_MARK, rng.choice(NAMES), 1)


def _mistyped(text: str, path: Path, rng: random.Random) -> str:
    name = str(path[-1])
    cut = rng.randrange(len(name))
    return _written(text, path, "renamed").replace(_MARK, name[:cut] + rng.choice("xX_-. ") + name[cut + 1 :], 1)


def _twice(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, "beside").replace(_MARK, str(path[-1]), 1)


def _without(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, "without")


def _deeper(text: str, path: Path, rng: random.Random) -> str:
    return _written(text, path, rng.choice(("in a list", "in a map")))


_WAYS: Sequence[Callable[[str, Path, random.Random], str]] = (
    *(_value,) * 8,
    *(_renamed, _beside, _mistyped, _twice, _without, _deeper),
)


@lru_cache(maxsize=4096)
def _written(text: str, path: Path, how: str) -> str:
    """The document with a mark where the wrong thing comes, or without what is missing in it."""
    document = yaml.load(text, yaml.CSafeLoader)
    holder = document
    for part, following in pairwise(path):
        inner = _held(holder, part)
        if not _fits(inner, following):
            inner = [] if following == 0 else {}
        if isinstance(holder, list):
            holder[:1] = [inner]
        else:
            holder[part] = inner
        holder = inner
    _change(holder, path[-1], how)
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=1_000_000, allow_unicode=True)


def _held(holder: Any, part: Any) -> Any:
    if isinstance(holder, list):
        return holder[0] if holder else None
    return holder.get(part)


def _fits(holder: Any, part: Any) -> bool:
    return isinstance(holder, list if part == 0 else dict)


def _change(holder: Any, last: Any, how: str) -> None:
    before = copy.deepcopy(_held(holder, last))
    after = {"value": _MARK, "in a list": [before], "in a map": {"value": before}}.get(how)
    if isinstance(holder, list):
        holder[:1] = [] if how == "without" else [after or {_MARK: before}]
    elif how == "beside":
        holder.update({last: before, _MARK: before})
    elif how == "renamed":
        holder.pop(last, None)
        holder[_MARK] = before
    elif how == "without":
        holder.pop(last, None)
    else:
        holder[last] = after
