"""One edit of a program and the run that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["plan", "up", "destroy", "refresh", "look"]


@dataclass(frozen=True)
class Step:
    """A run of stack `stack` in `mode`.

    `body` is the program from now on; None keeps the last. `drift` is what becomes of things behind the engine's back
    before the run: their new inputs by ID, None to remove one. `config` is the stack's configuration from now on, a text as YAML.
    `targets` are types and names as at the end of a URN; with `dependents` what depends on them goes along.
    `replaces` are the same for what is to be made anew.
    """

    mode: Mode
    body: str | None = None
    drift: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    config: Mapping[str, Any] | str | None = None
    targets: tuple[str, ...] = ()
    dependents: bool = False
    replaces: tuple[str, ...] = ()
    stack: str = "dev"


def up(body: str | None = None, **rest: Any) -> Step:
    """Bring the stack to the program."""
    return Step("up", body, **rest)


def plan(body: str | None = None, **rest: Any) -> Step:
    """Only tell what would be done."""
    return Step("plan", body, **rest)


def destroy(**rest: Any) -> Step:
    """Delete what the stack has."""
    return Step("destroy", **rest)


def refresh(**rest: Any) -> Step:
    """Take over what became of the things."""
    return Step("refresh", **rest)


def look(**rest: Any) -> Step:
    """Only tell what became of the things."""
    return Step("look", **rest)
