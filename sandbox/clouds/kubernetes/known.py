"""The known part of values that may hold unknowns, for rules that look into manifests.

A whole object, a list or an entry of one may still be unknown; such a value has nothing in it to object to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one where it is absent or unknown."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """The list, or an empty one where it is absent or unknown."""
    return value if isinstance(value, list) else []


def entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The known objects of a list, with their places in it."""
    return ((index, item) for index, item in enumerate(sequence(value)) if isinstance(item, Mapping))
