"""The programs by area; a program's name is unique among all."""

from __future__ import annotations

from importlib import import_module

from tests.parity.step import Step

AREAS = (
    "changes",
    "corners",
    "deletions",
    "failures",
    "lifecycle",
    "options",
    "programs",
    "providers",
    "targets",
    "values",
)

BY_AREA: dict[str, dict[str, list[Step]]] = {
    area: import_module(f"tests.parity.programs.{area}").PROGRAMS for area in AREAS
}
