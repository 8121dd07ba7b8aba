"""Everything else that the page says of a Google type, by making, using and deleting one: computed outputs, names,
parents, what blocks deletion, what goes along, quotas. Every type is made from its sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from sandbox.clouds import registry
from sandbox.clouds.coverage import blocking_children
from sandbox.clouds.gcp import identity
from sandbox.clouds.gcp.links import same as links_same
from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.world import Entity
from sandbox.values import UNKNOWN
from tests.sandbox.coverage.landscape import SETTINGS, entity, existing, make, naming, sample, surround, vanish
from tests.sandbox.coverage.provider import Made, Providers, Refused
from tests.sandbox.coverage.samples import SAMPLES, changed
from tests.sandbox.coverage.samples import TYPES as DECLARED

TYPES = {token: resource for token, resource in DECLARED.items() if resource.package == "gcp"}
every_type = pytest.mark.parametrize("token", TYPES)


def those(condition: Callable[[ResourceType], Any]) -> Any:
    """Parametrised over the types that have the thing."""
    return pytest.mark.parametrize("token", [token for token, resource in TYPES.items() if condition(resource)])


@every_type
def test_from_plan_to_deletion(google: Providers, token: str) -> None:
    """Whatever the plan says comes true, and what only the cloud knows is unknown until it is there."""
    inputs = sample(token)
    surround(google, token, inputs)
    planned = google.plan(token, inputs)

    made = google.create(token, inputs)

    computed = [key for key in TYPES[token].computed if not left_out(TYPES[token], key, inputs)]
    assert [key for key in computed if not told(made.outputs, key)] == []
    assert [key for key in computed if not told(planned, key)] == []
    assert [key for key in planned if key not in made.outputs] == []
    assert agrees(planned, made.outputs) == []
    assert google.read(made) == made.outputs
    assert list(google.diff(token, made.inputs, google.checked(token, inputs)).detailedDiff) == []
    google.delete(made)
    assert google.read(made) is None


def left_out(resource: ResourceType, path: str, inputs: dict[str, Any]) -> bool:
    """Whether the path is in an object that the program alone gives, and does not."""
    outer = path.split(".")[0]
    rule = resource.table.properties.get(outer)
    own = outer in inputs_of(resource).properties and not (rule and rule.kept)
    return "." in path and own and outer not in inputs


def told(outputs: dict[str, Any], path: str) -> bool:
    """Whether there is a value at the path; a list may be empty."""
    outer, _, key = path.rpartition(".")
    return key in (identity.at(outputs, outer) if outer else outputs)


def agrees(planned: Any, made: Any, path: str = "") -> list[str]:
    """Where something known before did not come true. The API answers with more, and with full names."""
    if isinstance(planned, dict) and isinstance(made, dict):
        return [wrong for key in planned for wrong in agrees(planned[key], made.get(key), f"{path}.{key}")]
    if isinstance(planned, list) and isinstance(made, list) and len(planned) == len(made):
        return [wrong for pair in zip(planned, made, strict=True) for wrong in agrees(*pair, path)]
    links = isinstance(planned, str) and isinstance(made, str) and links_same(planned, made)
    return [] if planned in (made, UNKNOWN) or links else [f"{path}: {planned!r} became {made!r}"]


@every_type
def test_a_name_that_is_taken(google: Providers, token: str) -> None:
    resource = TYPES[token]
    made = make(google, token)
    if resource.shared:
        assert google.create(token, sample(token)).id == made.id
    elif resource.assigned:
        assert google.create(token, sample(token)).id != made.id
    else:
        refused(google, token, sample(token), grpc.StatusCode.ALREADY_EXISTS, "already exists")


@those(lambda it: it.autoname)
def test_a_name_that_is_given_by_itself(google: Providers, token: str) -> None:
    auto = TYPES[token].autoname
    assert auto
    inputs = changed(sample(token), {auto.property: None})
    named_ = google.check(token, inputs, "Thing" if auto.lower else "thing")[0][auto.property]

    assert named_[:-7] == "thing-"
    assert "shorten it or set" in google.check(token, inputs, "x" * (auto.limit - 7))[1][auto.property]
    assert "shorten it or set" not in google.check(token, inputs, "x" * (auto.limit - 8))[1].get(auto.property, "")


@those(lambda it: it.location or "{project}" in it.identity)
def test_a_place_that_is_nowhere_given(google: Providers, token: str) -> None:
    resource = TYPES[token]
    google.configure("gcp")
    places = [resource.location] if resource.location else []
    places += ["project"] if "{project}" in resource.identity and not resource.projectless else []
    properties = inputs_of(resource)
    for place in places:
        if place in properties.required or place not in properties.properties:
            continue
        owners = {parent.property for parent in resource.parents if parent.owns}
        links = {key: value.rsplit("/", 1)[-1] for key, value in sample(token).items() if key in owners}
        inputs = changed(sample(token), {**links, place: None})
        rule = resource.table.properties.get(place)
        if rule and isinstance(rule.default, str):
            continue
        failures = google.check(token, inputs)[1]
        assert f"no {'location' if place == 'location' else place}: set the property" in failures.get("", ""), failures


PARENTS = [(token, parent.property) for token, it in TYPES.items() for parent in it.parents]


@pytest.mark.parametrize(("token", "property"), PARENTS)
def test_what_must_exist(google: Providers, token: str, property: str) -> None:
    resource, inputs = TYPES[token], naming(token, property)
    filled = identity.fields(resource, SETTINGS, inputs)
    named = identity.references(resource, filled, inputs)
    parent, full = next(it for it in named if it[0].property == property)
    others = {it[0].property: None for it in named if it[1] == full and it[0].property != property}
    inputs = changed(inputs, others)
    surround(google, token, inputs)
    vanish(google, token=parent.type, full=full)

    words = f"{property}: the {parent.type.rsplit(':', 1)[1]} '{full}' was not found; create it first"
    refused(google, token, inputs, grpc.StatusCode.NOT_FOUND, words)


USES = [
    (token, user)
    for token, it in TYPES.items()
    for user in [*blocking_children(it), *(u.type for u in it.used_by)]
    if user != token
]
"""Of two of one type, tests/sandbox/gcp/test_lifecycle.py."""


@pytest.mark.parametrize(("token", "user"), USES)
def test_what_is_in_use_stays(google: Providers, token: str, user: str) -> None:
    (property, *_) = [it.property for it in TYPES[user].parents if it.type == token] or [""]
    make(google, user, naming(user, property) if property else None)
    used = existing(google, token)
    vanish(google, keep=(token, user))
    with pytest.raises(Refused, match=f"is in use by {user.rsplit(':', 1)[1]} '") as error:
        google.delete(used)
    assert error.value.code is grpc.StatusCode.FAILED_PRECONDITION

    for thing in (existing(google, user), used):
        google.delete(thing)
    assert google.read(used) is None


@those(lambda it: it.cascade and any(parent.owns for parent in it.parents))
def test_what_goes_with_its_owner(google: Providers, token: str) -> None:
    made = make(google, token)
    (owner,) = [parent.type for parent in TYPES[token].parents if parent.owns]

    google.delete(existing(google, owner))

    assert google.read(made) is None


@those(lambda it: it.protected)
def test_what_is_protected(google: Providers, token: str) -> None:
    free = SAMPLES[token]["free"]
    surround(google, token, sample(token))
    for property, value in free.items():
        made = google.create(token, changed(sample(token), {property: not value}))
        with pytest.raises(Refused, match=f"{property} is true; set it to false and update first"):
            google.delete(made)
        google.delete(google.update(made, sample(token)))
        google.world.advance(TYPES[token].reuse_after if math.isfinite(TYPES[token].reuse_after) else 0)


def test_the_tables_know_every_deletion_policy() -> None:
    """The SDK's modules say which these are; to parametrise over them, every process of the tests would import them all."""
    have = {token for token, it in TYPES.items() if "deletionPolicy" in inputs_of(it).properties}
    assert have == {token for token, it in TYPES.items() if "deletionPolicy" in it.table.properties}


@those(lambda it: "deletionPolicy" in it.table.properties)
def test_deletion_policies(google: Providers, token: str) -> None:
    allowed = TYPES[token].table.properties["deletionPolicy"].values
    prevented = (
        make(google, token, changed(sample(token), {"deletionPolicy": "PREVENT"})) if "PREVENT" in allowed else None
    )
    if prevented:
        with pytest.raises(Refused, match="deletionPolicy is PREVENT"):
            google.delete(prevented)
    if "ABANDON" in allowed:
        inputs = changed(sample(token), {"deletionPolicy": "ABANDON"})
        made = google.update(prevented, inputs) if prevented else make(google, token, inputs)
        google.delete(made)
        assert google.read(made) is not None


@those(lambda it: it.reuse_after)
def test_a_deleted_name(google: Providers, token: str) -> None:
    seconds = TYPES[token].reuse_after
    google.delete(make(google, token))
    google.world.advance(min(seconds, 10**9) - 3600)
    words = "never be used again" if math.isinf(seconds) else "free again in 0.0 days"
    refused(google, token, sample(token), grpc.StatusCode.ALREADY_EXISTS, words)
    if math.isfinite(seconds):
        google.world.advance(3600)
        assert google.create(token, sample(token)).id


@those(lambda it: it.quota)
def test_quotas(google: Providers, token: str) -> None:
    """The last one that fits is made, one more is not, and one that goes makes room."""
    resource = TYPES[token]
    quota, auto = resource.quota, resource.autoname
    assert quota
    assert auto
    surround(google, token, sample(token))
    with google.world.transaction() as tx:
        tx.next(f"count/{token}/team-dev", quota.limit - 1)
    before = existing_count(google, token)
    if before:  # One of its own kind was among what it needs.
        with google.world.transaction() as tx:
            tx.next(f"count/{token}/team-dev", -before)
    made = google.create(token, sample(token))
    other = changed(sample(token), SAMPLES[token].get("another", {auto.property: "another"}))

    refused(google, token, other, grpc.StatusCode.RESOURCE_EXHAUSTED, f"may have {quota.limit} of {resource.kind}")
    google.delete(made)
    assert google.create(token, other).id


def existing_count(google: Providers, token: str) -> int:
    with google.world.read() as tx:
        return len(tx.list("gcp", token))


REFUSING = [(token, hook) for token, it in TYPES.items() for hook in ("admit", "unready") if getattr(it, hook)]


@pytest.mark.parametrize(("token", "hook"), REFUSING)
def test_what_the_cloud_refuses(google: Providers, token: str, hook: str) -> None:
    samples = [it for it in SAMPLES[token].get("refused", ()) if it.get("by") == hook]
    assert samples, f"give `refused` samples with `by: {hook}`"
    for case in samples:
        inputs = changed(sample(token), case["inputs"])
        surround(google, token, inputs)
        if "without" in case:
            vanish(google, token=case["without"])
        with pytest.raises(Refused) as error:
            google.create(token, inputs)
        assert case["property"] in error.value.details
        assert case["reason"] in error.value.details


def refused(google: Providers, token: str, inputs: dict[str, Any], code: grpc.StatusCode, words: str) -> None:
    with pytest.raises(Refused) as error:
        google.create(token, inputs)
    assert error.value.code is code, error.value.details
    assert words in error.value.details


@those(lambda it: it.made or it.deleted)
def test_what_follows_is_proved(token: str) -> None:
    """What making and deleting do besides, has a test below."""
    assert {name for name in ("made", "deleted") if getattr(TYPES[token], name)} == DEEDS.get(token, {}).keys()


def test_a_cluster_begins_with_its_default_pool_and_takes_its_objects_along(google: Providers) -> None:
    cluster = make(google, CLUSTER, changed(sample(CLUSTER), {"removeDefaultNodePool": False}))
    pool = f"{cluster.id}/nodePools/default-pool"
    assert entity(google, NODE_POOL, pool)
    with google.world.transaction() as tx:
        uid = tx.list("gcp", CLUSTER)[0].outputs["_uid"]
        tx.put(Entity("kubernetes", "kubernetes:core/v1:Namespace", f"{uid}//team", ""))

    google.delete(cluster)

    assert entity(google, NODE_POOL, pool) is None
    with google.world.read() as tx:
        assert tx.list("kubernetes") == []


def test_a_subscription_stays_when_its_topic_goes(google: Providers) -> None:
    subscription = make(google, SUBSCRIPTION)
    with google.world.read() as tx:
        (found,) = [it for it in tx.list("gcp", TOPIC) if it.outputs["name"] == "events"]
    google.delete(Made(TOPIC, "thing", found.resource_id, found.inputs, found.shown))

    outputs = google.read(subscription)
    assert outputs
    assert outputs["topic"] == "_deleted-topic_"


def test_images_go_with_their_repository(google: Providers) -> None:
    repository = make(google, REPOSITORY)
    reference, digest = f"{repository.outputs['registryUri']}/api", f"sha256:{'a' * 64}"
    registry.push(google.world, reference, digest)
    registry.tag(google.world, reference, digest, "one")

    google.delete(repository)
    google.create(REPOSITORY, sample(REPOSITORY))

    assert not registry.has(google.world, reference, digest)
    registry.push(google.world, reference, digest)
    assert registry.tags(google.world, reference, digest) == []


def test_attestations_go_with_their_note(google: Providers) -> None:
    note = make(google, NOTE)
    with google.world.transaction() as tx:
        for of in (note.id, "projects/team-dev/notes/another"):
            tx.execute("INSERT INTO attestation VALUES (?, 'uri', 'key', 'signature')", (of,))

    google.delete(note)

    with google.world.read() as tx:
        assert tx.rows("SELECT note FROM attestation", ()) == [("projects/team-dev/notes/another",)]


CLUSTER = "gcp:container/cluster:Cluster"
NOTE = "gcp:containeranalysis/note:Note"
NODE_POOL = "gcp:container/nodePool:NodePool"
TOPIC = "gcp:pubsub/topic:Topic"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
DEEDS = {
    CLUSTER: {
        "made": test_a_cluster_begins_with_its_default_pool_and_takes_its_objects_along,
        "deleted": test_a_cluster_begins_with_its_default_pool_and_takes_its_objects_along,
    },
    TOPIC: {"deleted": test_a_subscription_stays_when_its_topic_goes},
    NOTE: {"deleted": test_attestations_go_with_their_note},
    REPOSITORY: {"deleted": test_images_go_with_their_repository},
}
"""Which test proves a hook."""
