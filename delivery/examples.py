"""Examples of every command: `examples.txt` holds them as they are typed, for `--help`, the reference page and errors.

A section for each command, `[slipway pr open]`, with lines `COMMAND  # what for`. A test reads all of them with the real parser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")
BEFORE_MEANING = "  # "


@dataclass(frozen=True)
class Example:
    """What is typed, and what for."""

    command: str
    meaning: str


def of(command: str) -> Sequence[Example]:
    """Those of a command by its whole name, such as `slipway pr open`; none where the file has none."""
    return everything().get(command, ())


@cache
def everything() -> Mapping[str, tuple[Example, ...]]:
    """All of them by command, in the order of the file."""
    found: dict[str, tuple[Example, ...]] = {}
    for section in FILE.read_text(encoding="utf-8").split("\n\n"):
        title, *lines = section.strip().splitlines()
        found[title[1:-1]] = tuple(_example(line) for line in lines)
    return found


def _example(line: str) -> Example:
    command, _, meaning = line.partition(BEFORE_MEANING)
    return Example(command, meaning)
