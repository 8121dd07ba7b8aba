"""Markdown that nothing in it can break out of."""

import re
from collections.abc import Sequence


def fenced(lines: Sequence[str]) -> str:
    """A block that nothing in it can end: its fence is longer than any in the text."""
    text = "\n".join(lines)
    fence = "`" * max(3, _longest(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def code(text: str) -> str:
    """A short text as code, in the cell of a table too, whatever it is made of."""
    line = " ".join(text.split()).replace("|", "\\|")
    fence = "`" * (_longest(line) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
