"""The little of the Common Expression Language that filters of our triggers are written in.

Comparisons of substitutions with texts by `==` and `in [...]`, joined by `&&`: https://github.com/google/cel-spec/blob/master/doc/langdef.md
"""

import re
from collections.abc import Mapping
from typing import Any

_TERM = re.compile(r'(?P<name>_[A-Z0-9_]+)\s*(?P<operator>==|in)\s*(?P<right>"[^"]*"|\[[^\]]*\])')
_PART = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
_TEXT = re.compile(r'"([^"]*)"')


def holds(expression: str, known: Mapping[str, str]) -> bool:
    """Whether it is true. Raises ValueError for what is not in this little."""
    return all(_term(part.strip(), known) for part in expression.split("&&"))


def read(path: str, known: Mapping[str, Any]) -> str:
    """What is at a path, such as `body.commits[0].id`, as text; empty where there is nothing."""
    found: Any = known
    for name, index in _PART.findall(path):
        found = found.get(name) if isinstance(found, Mapping) else None
        if index:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else None
    return "" if found is None else str(found)


def _term(text: str, known: Mapping[str, str]) -> bool:
    match = _TERM.fullmatch(text)
    if match is None or (match["operator"] == "==") != match["right"].startswith('"'):
        raise ValueError(f"'{text}' is no comparison with texts")
    return known.get(match["name"], "") in _TEXT.findall(match["right"])
