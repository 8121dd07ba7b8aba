"""Images live in repositories that exist, by digest, and tags name them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from sandbox.clouds import registry
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.registry import Image
from sandbox.clouds.world import Entity, World
from tests.sandbox.world.conftest import TO_FIRST_VERSION

REFERENCE = "us-west1-docker.pkg.dev/acme/apps/api"
REPOSITORY = "projects/acme/locations/us-west1/repositories/apps"
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture
def repository(world: World) -> Entity:
    with world.transaction() as tx:
        return tx.put(Entity("gcp", registry.REPOSITORY_TYPE, REPOSITORY, "urn"))


@pytest.mark.usefixtures("repository")
def test_a_pushed_digest_can_be_pulled(world: World) -> None:
    assert registry.push(world, REFERENCE, DIGEST) == Image(REFERENCE, DIGEST, crash=False)
    assert registry.has(world, REFERENCE, DIGEST)
    assert not registry.has(world, REFERENCE, OTHER)
    assert not registry.has(world, REFERENCE + "2", DIGEST)


@pytest.mark.usefixtures("repository")
def test_a_crashing_image_is_marked_and_mended(world: World) -> None:
    registry.push(world, REFERENCE, DIGEST, crash=True)
    registry.push(world, REFERENCE, OTHER)
    assert registry.images(world) == [Image(REFERENCE, DIGEST, True), Image(REFERENCE, OTHER, False)]

    registry.push(world, REFERENCE, DIGEST)
    with world.read() as tx:
        assert registry.find(tx, REFERENCE, DIGEST) == Image(REFERENCE, DIGEST, False)


@pytest.mark.usefixtures("repository")
def test_an_image_may_die_with_one_argument_only(world: World) -> None:
    pushed = registry.push(world, REFERENCE, DIGEST, crash_with="--smoke")
    assert registry.images(world) == [pushed] == [Image(REFERENCE, DIGEST, False, "--smoke")]
    assert [pushed.dies(*lists) for lists in (([], ["a", "--smoke"]), (None, ["--smoke=a"]), (["--smoke"], None), ())] == [
        True, False, True, False,
    ]  # fmt: skip

    assert not registry.push(world, REFERENCE, DIGEST).dies(["--smoke"])
    assert registry.push(world, REFERENCE, DIGEST, crash=True).dies([])
    assert not Image(REFERENCE, DIGEST).dies([""])


def test_a_push_without_a_repository_is_refused(world: World) -> None:
    with pytest.raises(CloudError, match="deploy the stack that makes it first") as caught:
        registry.push(world, REFERENCE, DIGEST)

    assert caught.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize(
    ("reference", "digest"),
    [("docker.io/library/nginx", DIGEST), (REFERENCE, "latest"), (REFERENCE, DIGEST.upper()), (REFERENCE, DIGEST[:-1])],
)
@pytest.mark.usefixtures("repository")
def test_malformed_references_are_refused(world: World, reference: str, digest: str) -> None:
    with pytest.raises(CloudError) as caught:
        registry.push(world, reference, digest)

    assert caught.value.reason is Reason.INVALID


@pytest.mark.usefixtures("repository")
def test_nothing_can_be_pulled_from_a_deleted_repository(world: World) -> None:
    registry.push(world, REFERENCE, DIGEST)
    with world.transaction() as tx:
        tx.delete("gcp", registry.REPOSITORY_TYPE, REPOSITORY)

    assert not registry.has(world, REFERENCE, DIGEST)


@pytest.mark.usefixtures("repository")
def test_a_lost_image_is_gone_with_its_tags_and_can_be_pushed_again(world: World) -> None:
    for digest in (DIGEST, OTHER):
        registry.push(world, REFERENCE, digest)
        registry.tag(world, REFERENCE, digest, f"of-{digest[-1]}")

    registry.lose(world, REFERENCE, DIGEST)

    assert registry.images(world) == [Image(REFERENCE, OTHER, False)]
    assert registry.resolve(world, REFERENCE, "of-a") is None
    assert registry.resolve(world, REFERENCE, "of-b") == OTHER
    registry.push(world, REFERENCE, DIGEST)
    assert registry.tags(world, REFERENCE, DIGEST) == []


@pytest.mark.usefixtures("repository")
def test_only_what_is_there_can_be_lost_or_tagged(world: World) -> None:
    with pytest.raises(CloudError, match=f"{REFERENCE}@{DIGEST} is not in the registry") as lost:
        registry.lose(world, REFERENCE, DIGEST)
    with pytest.raises(CloudError, match=f"{REFERENCE}@{DIGEST} is not in the registry") as tagged:
        registry.tag(world, REFERENCE, DIGEST, "one")

    assert (lost.value.reason, tagged.value.reason) == (Reason.NOT_FOUND, Reason.NOT_FOUND)


@pytest.mark.parametrize("name", ["", ".one", "-one", "a b", "a/b", "sha256:" + "a" * 64, "x" * 129])
@pytest.mark.usefixtures("repository")
def test_a_malformed_tag_is_refused(world: World, name: str) -> None:
    registry.push(world, REFERENCE, DIGEST)
    with pytest.raises(CloudError, match="is no tag") as caught:
        registry.tag(world, REFERENCE, DIGEST, name)

    assert caught.value.reason is Reason.INVALID


def test_a_tag_moves_only_where_tags_are_not_immutable(world: World, repository: Entity) -> None:
    for digest in (DIGEST, OTHER):
        registry.push(world, REFERENCE, digest)
    registry.tag(world, REFERENCE, DIGEST, "one")
    registry.tag(world, REFERENCE, OTHER, "one")
    assert registry.resolve(world, REFERENCE, "one") == OTHER

    with world.transaction() as tx:
        tx.put(replace(repository, inputs={"dockerConfig": {"immutableTags": True}}))
    registry.tag(world, REFERENCE, OTHER, "one")
    registry.tag(world, REFERENCE, OTHER, "two")
    with pytest.raises(
        CloudError, match="cannot update tag one: the repository has enabled tag immutability"
    ) as caught:
        registry.tag(world, REFERENCE, DIGEST, "one")

    assert caught.value.reason is Reason.IN_USE
    assert registry.tags(world, REFERENCE, OTHER) == ["one", "two"]


def test_a_world_from_before_there_were_tags_gets_them(world: World) -> None:
    with world.transaction() as tx:
        tx.put(Entity("gcp", registry.REPOSITORY_TYPE, REPOSITORY, "urn"))
    registry.push(world, REFERENCE, DIGEST)
    world.close()
    older = sqlite3.connect(world.path)
    older.executescript(TO_FIRST_VERSION)
    older.close()

    registry.tag(world, REFERENCE, DIGEST, "one")

    assert registry.resolve(world, REFERENCE, "one") == DIGEST
