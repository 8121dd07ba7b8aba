"""A resource as far as its cost goes, and how to read what it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUTSIDE = "outside components"
_ZONE = re.compile(r"^([a-z]+-[a-z]+[0-9]+)(?:-[a-z])?$")


@dataclass(frozen=True)
class Resource:
    """Of one cloud. `inputs` are what its stack wants of it: plain data, in which anything may be missing or not known yet."""

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rpartition("::")[2]

    @property
    def component(self) -> str:
        """The outermost component of our own that it is in, by the types in its URN, as a plan names it."""
        types = self.urn.split("::")[2].split("$")
        ours = [each for each in types if not each.startswith(("pulumi:", "gcp:", "kubernetes:", "github:"))]
        return ours[0].rpartition(":")[2] if ours else OUTSIDE

    @property
    def region(self) -> str | None:
        """The region that its location, region or zone is in; None where it has none of its own or it is not known yet."""
        for key in ("location", "region", "zone"):
            if isinstance(found := self.inputs.get(key), str) and (match := _ZONE.fullmatch(found.lower())):
                return match[1]
        return None

    def get(self, *path: str) -> Any:
        """What stands below these keys; None where there is nothing."""
        found: Any = self.inputs
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def text(self, *path: str) -> str:
        """The same where it is a text, else an empty one."""
        found = self.get(*path)
        return found if isinstance(found, str) else ""

    def number(self, *path: str) -> float | None:
        """The same where it is a number of 0 or more, or a text of one, else None."""
        found = self.get(*path)
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            return None
        try:
            value = float(found)
        except ValueError:
            return None
        return value if 0 <= value < float("inf") else None

    def items(self, *path: str) -> list[Any]:
        """The same where it is a list, else an empty one."""
        found = self.get(*path)
        return found if isinstance(found, list) else []
