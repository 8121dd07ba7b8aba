"""The distributions that a lock names, and what their own metadata say of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = Path(__file__).resolve().parents[2]
LOCK = PROGRAM / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)(?: ; ([^\\\n]*?))? *\\?$", re.MULTILINE)


@dataclass(frozen=True)
class Locked:
    """A line of a lock. `marker` says where it is installed at all; empty is everywhere."""

    name: str
    version: str
    marker: str = ""


def locked(text: str) -> list[Locked]:
    """Each distribution of a lock, in its order."""
    return [Locked(canonicalize_name(name), version, marker) for name, version, marker in _PINNED.findall(text)]


def project() -> dict[str, Any]:
    """What pyproject.toml says of Slipway."""
    found: dict[str, Any] = tomllib.loads((PROGRAM / "pyproject.toml").read_text())["project"]
    return found


def needs(requirements: Iterable[str], extras: Iterable[str] = ()) -> list[Requirement]:
    """The requirements that hold on this machine with these extras."""
    found = map(Requirement, requirements)
    asked = ["", *extras]
    return [it for it in found if it.marker is None or any(it.marker.evaluate({"extra": extra}) for extra in asked)]


def graph() -> dict[str, set[str]]:
    """From Slipway, `slipway`, to what it needs to run, and what that needs; by name, without what only tests need."""
    found: dict[str, set[str]] = {"slipway": set()}
    waiting = [("slipway", it) for it in needs(project()["dependencies"])]
    seen = set()
    while waiting:
        by, wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        found[by].add(name)
        found.setdefault(name, set())
        asked = (name, frozenset(wanted.extras))
        if asked not in seen:
            seen.add(asked)
            waiting += [(name, it) for it in needs(metadata.requires(name) or (), wanted.extras)]
    return found
