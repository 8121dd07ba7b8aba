"""What every registry does, the real one's client and the sandbox's alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from delivery.errors import Failed, Refused
from delivery.registry import Registry
from delivery.registry_http import HttpRegistry
from delivery.registry_sandbox import SandboxRegistry
from model.errors import ConfigError
from sandbox.clouds import registry as emulated
from sandbox.clouds.world import Entity, World
from tests.registry.server import RegistryServer, digest_of

PATH = "acme/apps/api"
IMAGE = f"us-west1-docker.pkg.dev/{PATH}"
NEVER = "sha256:" + "0" * 64


@dataclass
class Side:
    """A registry, and the ways in which images come and go behind its back."""

    registry: Registry
    push: Callable[[bytes], str]
    lose: Callable[[str], None]


@pytest.fixture(params=["http", "sandbox"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    if request.param == "http":
        with RegistryServer().running() as server:
            registry = HttpRegistry(lambda: server.token, server.url)
            yield Side(registry, lambda content: server.push(PATH, content), lambda digest: server.lose(PATH, digest))
        return
    world = World(tmp_path / "world.sqlite")
    with world.transaction() as tx:
        tx.put(Entity("gcp", emulated.REPOSITORY_TYPE, "projects/acme/locations/us-west1/repositories/apps", "urn"))

    def push(content: bytes) -> str:
        return emulated.push(world, IMAGE, digest_of(content)).digest

    yield Side(SandboxRegistry(world), push, lambda digest: emulated.lose(world, IMAGE, digest))
    world.close()


def built(number: int) -> bytes:
    """An image index."""
    return json.dumps({"schemaVersion": 2, "manifests": [], "annotations": {"number": str(number)}}).encode()


def test_what_it_does_not_hold_is_missing_each_once_and_in_order(side: Side) -> None:
    first, second = side.push(built(1)), side.push(built(2))
    asked = [f"{IMAGE}@{NEVER}", f"{IMAGE}@{first}", f"{IMAGE}er@{second}", f"{IMAGE}@{second}", f"{IMAGE}@{NEVER}"]
    assert side.registry.missing(asked) == [f"{IMAGE}@{NEVER}", f"{IMAGE}er@{second}"]
    assert side.registry.missing([]) == []


def test_what_is_lost_is_missing_and_its_tags_name_nothing(side: Side) -> None:
    digest = side.push(built(1))
    side.registry.tag(f"{IMAGE}@{digest}", "2026.01.31.0001")
    side.lose(digest)
    assert side.registry.missing([f"{IMAGE}@{digest}"]) == [f"{IMAGE}@{digest}"]
    assert side.registry.resolve(IMAGE, "2026.01.31.0001") is None
    assert side.registry.tags(IMAGE, digest) == []


def test_a_tag_names_a_digest_and_a_digest_has_its_tags(side: Side) -> None:
    first, second = side.push(built(1)), side.push(built(2))
    for tag in ("2026.01.31.0001", "c" * 40):
        side.registry.tag(f"{IMAGE}@{first}", tag)
    side.registry.tag(f"{IMAGE}@{second}", "2026.01.31.0002")
    assert side.registry.tags(IMAGE, first) == ["2026.01.31.0001", "c" * 40]
    assert side.registry.tags(IMAGE, second) == ["2026.01.31.0002"]
    assert side.registry.tags(IMAGE, NEVER) == []
    assert side.registry.resolve(IMAGE, "c" * 40) == first
    assert side.registry.resolve(IMAGE, "d" * 40) is None
    assert side.registry.resolve(f"{IMAGE}er", "c" * 40) is None
    assert side.registry.tags(f"{IMAGE}er", first) == []


def test_tagging_again_changes_nothing(side: Side) -> None:
    digest = side.push(built(1))
    for _ in range(2):
        side.registry.tag(f"{IMAGE}@{digest}", "one")
    assert side.registry.tags(IMAGE, digest) == ["one"]


def test_a_tag_that_names_another_digest_is_not_moved(side: Side) -> None:
    first, second = side.push(built(1)), side.push(built(2))
    side.registry.tag(f"{IMAGE}@{first}", "one")
    with pytest.raises(Refused, match=f"the tag one of {IMAGE} is not moved") as refused:
        side.registry.tag(f"{IMAGE}@{second}", "one")
    ((guard, problem, _),) = refused.value.refusals
    assert (guard, problem) == ("tag-immutable", f"it names {first} already, not {second}")
    assert side.registry.resolve(IMAGE, "one") == first


def test_what_is_not_there_gets_no_tag(side: Side) -> None:
    side.push(built(1))
    with pytest.raises(Failed, match=f"the registry does not hold {IMAGE}@{NEVER}") as failed:
        side.registry.tag(f"{IMAGE}@{NEVER}", "one")
    assert failed.value.remedy
    assert side.registry.resolve(IMAGE, "one") is None


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda it: it.missing([f"docker.io/library/nginx@{NEVER}"]), "IMAGE: 'docker.io/library/nginx' is no image"),
        (lambda it: it.missing([IMAGE]), "IMAGE: '' is no digest"),
        (lambda it: it.missing([f"{IMAGE}:latest@{NEVER}"]), "is no image of Artifact Registry"),
        (lambda it: it.missing([f"{IMAGE}@{NEVER.upper()}"]), "is no digest"),
        (lambda it: it.missing([f"us-docker.pkg.dev/acme/api@{NEVER}"]), "Write LOCATION-docker.pkg.dev/PROJECT/"),
        (lambda it: it.missing([f"us-docker.pkg.dev/acme/../apps/api@{NEVER}"]), "is no image"),
        (lambda it: it.tags(IMAGE, "latest"), "'latest' is no digest"),
        (lambda it: it.resolve(IMAGE, "../tags"), "TAG: '../tags' is no tag"),
        (lambda it: it.resolve(f"{IMAGE}@{NEVER}", "one"), "is no image"),
        (lambda it: it.tag(f"{IMAGE}@{NEVER}", "-one"), "'-one' is no tag"),
    ],
)
def test_what_is_no_image_digest_or_tag_is_refused(side: Side, ask: Callable[[Registry], Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ask(side.registry)
