"""Waiting for the images of a pull request: asked again until they are there, and not for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from delivery.desk import Desk
from delivery.errors import Failed
from delivery.preview_images import PAUSE, built
from model.errors import ConfigError

PREVIEWS = "us-west1-docker.pkg.dev/acme-prod/previews"
COMMIT = "c" * 40
ONE = "sha256:" + "1" * 64


@dataclass
class Registry:
    """Holds what was pushed so far; `late` happens after so many seconds."""

    late: dict[float, Callable[[Registry], None]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    time: float = 0.0
    asked: int = 0

    def missing(self, references: Iterable[str]) -> list[str]:
        self.asked += 1
        return [each for each in references if each not in self.held]

    def resolve(self, image: str, tag: str) -> str | None:
        return self.tags.get((image, tag))

    def push(self, image: str) -> None:
        self.held.add(f"{PREVIEWS}/{image}@{ONE}")
        self.tags[f"{PREVIEWS}/{image}", COMMIT] = ONE

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        for when in [when for when in self.late if when <= self.time]:
            self.late.pop(when)(self)


@dataclass
class Desks:
    registry: Registry


def wait(registry: Registry, wanted: dict[str, str | None], seconds: float, commit: str | None = COMMIT) -> tuple[Any, list[str]]:  # fmt: skip
    told: list[str] = []
    desk = cast(Desk, Desks(registry))
    found = built(desk, PREVIEWS, wanted, commit, seconds, told.append, lambda: registry.time, registry.sleep)
    return found, told


def test_what_is_there_is_not_waited_for() -> None:
    registry = Registry()
    registry.push("api")
    assert wait(registry, {"api": None}, 60) == ({"api": ONE}, [])
    assert wait(registry, {"api": ONE}, 0, None) == ({"api": ONE}, [])
    assert wait(registry, {}, 0, None) == ({}, [])
    assert registry.time == 0


def test_it_says_what_it_waits_for_and_once_for_each_set() -> None:
    registry = Registry({12.0: lambda it: it.push("api"), 31.0: lambda it: it.push("web")})
    found, told = wait(registry, {"api": None, "web": None}, 600)
    assert found == {"api": ONE, "web": ONE}
    assert told == [
        f"waiting up to 10 min for api:{COMMIT}, web:{COMMIT} in {PREVIEWS}",
        f"waiting up to 9 min 45 s for web:{COMMIT} in {PREVIEWS}",
    ]
    assert registry.time == 35.0
    assert registry.asked == registry.time / PAUSE + 1


def test_a_digest_that_is_given_is_waited_for_too() -> None:
    registry = Registry({7.0: lambda it: it.push("api")})
    found, told = wait(registry, {"api": ONE}, 60, None)
    assert (found, len(told)) == ({"api": ONE}, 1)


def test_a_tag_whose_image_was_lost_is_no_image() -> None:
    registry = Registry()
    registry.push("api")
    registry.held.clear()
    with pytest.raises(Failed, match=f"{PREVIEWS} has no api:{COMMIT}"):
        wait(registry, {"api": None}, 0)


def test_the_limit_holds() -> None:
    registry = Registry({61.0: lambda it: it.push("api")})
    with pytest.raises(Failed) as failed:
        wait(registry, {"api": None}, 60)
    assert failed.value.what == f"{PREVIEWS} has no api:{COMMIT} after 1 min"
    assert registry.time == 60.0


def test_of_which_commit_must_be_known() -> None:
    with pytest.raises(ConfigError, match="--commit: it is not known of which commit api, web shall be"):
        wait(Registry(), {"web": None, "api": None, "scribe": ONE}, 60, None)
