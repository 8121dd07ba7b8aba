"""How long the real cloud takes for what the sandbox does at once, in seconds, from `latency.yaml`.

The figures are for one resource, as a person sees them in a terminal: from request to done. They are for telling how
long an update would have taken and what it waited for, not for timeouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_TABLE = Path(__file__).with_name("latency.yaml")
OPERATIONS = ("create", "update", "delete")


@dataclass(frozen=True)
class Row:
    """One figure, and either the `source` that has it, or, for an `estimate`, why it is this one. It is the median of what was
    `measured` there, if anything was."""

    type: str
    operation: str
    seconds: float
    measured: tuple[float, ...] = ()
    source: str = ""
    estimate: str = ""


@cache
def table() -> Mapping[tuple[str, str], Row]:
    """All figures by type token and operation. The type `*` is for every type that has none of its own."""
    rows = yaml.load(_TABLE.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {(row["type"], row["operation"]): Row(**row) for row in rows}


def seconds(type: str, operation: str) -> float:
    """The time of an operation on a resource of the type. What the cloud has no part in takes none: reads,
    components, providers.
    """
    if operation not in OPERATIONS or not type.startswith(("gcp:", "github:", "kubernetes:")):
        return 0.0
    row = table().get((type, operation)) or table()["*", operation]
    return float(row.seconds)
