"""What exists is told by what it is in, and never with its properties."""

from __future__ import annotations

import pytest

from sandbox.clouds import registry
from sandbox.clouds.inventory import Thing, gather
from sandbox.clouds.world import Entity, World

NETWORK, ROUTER = "gcp:compute/network:Network", "gcp:compute/router:Router"
CLUSTER, MEMBER = "gcp:container/cluster:Cluster", "gcp:projects/iAMMember:IAMMember"
NAMESPACE, DEPLOYMENT = "kubernetes:core/v1:Namespace", "kubernetes:apps/v1:Deployment"
REPLICA_SET, SERVICE = "kubernetes:apps/v1:ReplicaSet", "kubernetes:core/v1:Service"
PROJECT = ("project", "acme")


def urn(stack: str, type_: str, name: str) -> str:
    return f"urn:pulumi:{stack}::slipway::slipway:Thing${type_}::{name}"


@pytest.fixture
def filled(world: World) -> World:
    repository = "projects/acme/locations/us-west1/repositories/repo"
    with world.transaction() as tx:
        for entity in (
            Entity("gcp", NETWORK, "projects/acme/global/networks/n", urn("dev", NETWORK, "net")),
            Entity(
                "gcp", ROUTER, "projects/acme/routers/r", urn("dev", ROUTER, "way"), "projects/acme/global/networks/n"
            ),
            Entity("gcp", MEMBER, "acme/roles/viewer/user:x", urn("shared", MEMBER, "member"), inputs={"secret": "pw"}),
            Entity("gcp", registry.REPOSITORY_TYPE, repository, urn("shared", registry.REPOSITORY_TYPE, "registry")),
            *(
                Entity("gcp", CLUSTER, f"projects/acme/clusters/{name}", urn("dev", CLUSTER, name), outputs=facts)
                for name, facts in (("one", {"_uid": "u1"}), ("two", {"_uid": "u2"}))
            ),
            *(Entity("kubernetes", NAMESPACE, f"{uid}//web", urn("dev", NAMESPACE, uid)) for uid in ("u1", "u2")),
            Entity("kubernetes", DEPLOYMENT, "u2/web/api", urn("dev", DEPLOYMENT, "api")),
            Entity("kubernetes", SERVICE, "u2/web/api", urn("dev", SERVICE, "api")),
            Entity("kubernetes", REPLICA_SET, "u2/web/api-x", "", "u2/web/api"),
        ):
            tx.put(entity)
    registry.push(world, "us-west1-docker.pkg.dev/acme/repo/api", "sha256:" + "0" * 64, crash=True)
    return world


def test_everything_is_where_it_belongs(filled: World) -> None:
    things = gather(filled).things
    one, two = ((CLUSTER, f"projects/acme/clusters/{name}") for name in ("one", "two"))
    web, network = (NAMESPACE, "web"), (NETWORK, "projects/acme/global/networks/n")
    assert {(*thing.path, (thing.type.rpartition(":")[2], thing.name)) for thing in things} == {
        (PROJECT, ("Network", "net")),
        (PROJECT, network, ("Router", "way")),
        (PROJECT, ("IAMMember", "member")),
        (PROJECT, ("Repository", "registry")),
        (PROJECT, ("Cluster", "one")),
        (PROJECT, ("Cluster", "two")),
        (PROJECT, one, ("Namespace", "u1")),
        (PROJECT, two, ("Namespace", "u2")),
        (PROJECT, two, web, ("Deployment", "api")),
        (PROJECT, two, web, ("Service", "api")),
        (PROJECT, two, web, (DEPLOYMENT, "web/api"), ("ReplicaSet", "")),
    }
    places = [thing.place for thing in things]
    assert len(set(places)) == len(things) == 11
    assert places == sorted(places, key=lambda place: (place[:-1], place[-1]))


def test_of_one_stack(filled: World) -> None:
    found = gather(filled, "shared")
    assert [(thing.type, thing.stack, thing.name) for thing in found.things] == [
        (registry.REPOSITORY_TYPE, "shared", "registry"),
        (MEMBER, "shared", "member"),
    ]
    assert found.images == ()
    assert gather(filled, "nobody").things == ()


def test_images_and_no_properties(filled: World) -> None:
    found = gather(filled)
    assert found.images == (registry.Image("us-west1-docker.pkg.dev/acme/repo/api", "sha256:" + "0" * 64, True),)
    assert set(Thing.__dataclass_fields__) == {"type", "id", "stack", "name", "created", "path"}
    assert "pw" not in repr(found)
