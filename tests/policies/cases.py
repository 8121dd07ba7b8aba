"""What each rule lets through and what it does not, from `cases/<rule>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from policies.resource import Resource
from policies.settings import Settings

FOLDER = Path(__file__).with_name("cases")
REGISTRY = "eu-docker.pkg.dev/acme/releases"


@dataclass(frozen=True)
class Case:
    """A resource, the stack that it is in, and what is wrong with it."""

    rule: str
    what: str
    resource: Resource
    settings: Settings
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


@lru_cache
def cases() -> tuple[Case, ...]:
    """All of them, by rule."""
    return tuple(case for path in sorted(FOLDER.glob("*.yaml")) for case in _of(path))


def _of(path: Path) -> list[Case]:
    written = yaml.safe_load(path.read_text())
    assert set(written) == {"passes", "fails"}, path
    assert not any("problems" in each for each in written["passes"]), path
    assert all(each["problems"] for each in written["fails"]), path
    return [_case(path.stem, each) for each in (*written["passes"], *written["fails"])]


def _case(rule: str, written: dict[str, Any]) -> Case:
    resource = Resource(
        type=written["type"],
        name="it",
        props=written["props"],
        urn=f"urn:pulumi:dev::slipway::{written['type']}::it",
        protect=written.get("protect", False),
    )
    said = {
        key: frozenset(value) if key in ("public", "others") else value
        for key, value in written.get("settings", {}).items()
    }
    settings = Settings(**{"stack": "it", "kind": "environment", "registries": (REGISTRY,), **said})
    return Case(rule, written["what"], resource, settings, tuple(written.get("problems", ())))
