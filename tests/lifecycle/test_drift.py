"""Whatever somebody changes or deletes in the clouds is found, that and nothing else, and looking for it changes nothing."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

from sandbox.clouds.faults import Effect, Fault
from sandbox.clouds.inventory import CLOUDS
from sandbox.engine import paths
from tests.lifecycle import tampered
from tests.lifecycle.commands import Site
from tests.lifecycle.tampered import CLUSTER, Managed

STACKS = ("shared", "dev", "staging", "prod", "pr-42")
TOPIC = "gcp:pubsub/topic:Topic"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def look(site: Site, stack: str, code: int) -> dict[str, Any]:
    found: dict[str, Any] = site("drift", stack, "--json", code=code).json["stacks"][stack]
    return found


def drifted(site: Site, stack: str) -> dict[str, list[str]]:
    """URN -> the paths that differ, or `gone`."""
    return {
        each["urn"]: ["gone"] if each["gone"] else [one["path"] for one in each["properties"]]
        for each in look(site, stack, 4)["drift"]
    }


def changed(site: Site, stack: str, chance: random.Random) -> dict[str, tuple[str | int, ...]]:
    """Change a random managed property of a random resource of every type; URN -> its path."""
    wanted: dict[str, tuple[str | int, ...]] = {}
    world = site.world
    with world.transaction() as tx:
        for resource in tampered.one_of_each(tampered.managed(site, stack), chance):
            wanted[resource.kept.urn] = chance.choice(resource.paths)
            tampered.change(tx, resource, wanted[resource.kept.urn])
    world.close()
    return wanted


def compare(found: dict[str, list[str]], wanted: dict[str, tuple[str | int, ...]]) -> None:
    missed = {urn: path for urn, path in wanted.items() if urn not in found}
    assert (missed, {urn: paths for urn, paths in found.items() if urn not in wanted}) == ({}, {})
    for urn, path in wanted.items():
        (told,) = [paths.parse(each) for each in found[urn]]
        # A provider may tell of a list or an object as a whole.
        assert paths.contains(told, path) or paths.contains(path, told), (urn, told, path)


def compare_unseen(found: dict[str, Any], resources: list[Managed]) -> None:
    """Each object of Kubernetes, and nothing else, is told as unseen for its cluster."""
    objects = {each.kept.urn for each in resources if each.kept.type.startswith("kubernetes:")}
    assert {each["urn"] for each in found["unseen"]} == objects
    assert all(each["failed"] and "unreachable cluster" in each["reason"] for each in found["unseen"])


def lost(site: Site, gone: list[Managed]) -> None:
    world = site.world
    with world.transaction() as tx:
        for each in gone:
            tx.delete(each.entity.cloud, each.entity.type, each.entity.id)
    world.close()


def everything(site: Site) -> dict[str, Any]:
    """Hashes of all files but the world, whose things are compared by what anybody wants of them: a controller writes its
    status when somebody looks."""
    world = site.world
    with world.read() as tx:
        things = {
            (each.type, each.id): (each.urn, each.inputs, each.outputs.get("spec"))
            for cloud in CLOUDS
            for each in tx.list(cloud)
        }
    world.close()
    files = sorted(
        each for each in site.folder.rglob("*") if each.is_file() and not each.name.startswith("world.sqlite")
    )
    return {"things": things, **{str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}}


@pytest.mark.journey
def test_nothing_differs_after_an_update_and_looking_changes_nothing(everywhere_site: Site) -> None:
    before = everything(everywhere_site)
    told = everywhere_site("drift", "--all", "--json").json["stacks"]
    assert list(told) == ["shared", "dev", "staging", "prod"]
    told["pr-42"] = look(everywhere_site, "pr-42", 0)
    for stack in STACKS:
        count = len(tampered.managed(everywhere_site, stack))
        assert told[stack] == {"looked_at": count, "drift": [], "unseen": []}, stack
    assert everything(everywhere_site) == before


@pytest.mark.parametrize("stack", ["shared", "dev"])
def test_a_change_of_a_resource_of_each_type_is_found_and_nothing_else(
    everywhere_site: Site, tmp_path: Path, stack: str
) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    wanted = changed(site, stack, random.Random(stack))
    compare(drifted(site, stack), wanted)


@pytest.mark.prove
@pytest.mark.parametrize("stack", STACKS)
def test_changes_of_any_property_are_found_and_nothing_else(everywhere_site: Site, tmp_path: Path, stack: str) -> None:
    for seed in range(40):
        site = everywhere_site.copy(tmp_path / str(seed))
        wanted = changed(site, stack, random.Random(f"{stack} {seed}"))
        compare(drifted(site, stack), wanted)


@pytest.mark.parametrize(
    "stack", [pytest.param(each, marks=[] if each == "dev" else [pytest.mark.prove]) for each in STACKS]
)
def test_what_is_gone_is_found_and_nothing_else(everywhere_site: Site, tmp_path: Path, stack: str) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    resources = tampered.managed(site, stack)
    # Without its cluster nothing in it can be seen, which has a test of its own.
    gone = [each for each in tampered.one_of_each(resources, random.Random(stack)) if each.kept.type != CLUSTER]
    lost(site, gone)
    assert drifted(site, stack) == {each.kept.urn: ["gone"] for each in gone}


def test_of_a_cluster_that_is_gone_the_objects_are_not_seen(everywhere_site: Site, tmp_path: Path) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    resources = tampered.managed(site, "dev")
    (cluster,) = [each for each in resources if each.kept.type == CLUSTER]
    lost(site, [cluster])
    found = look(site, "dev", 4)
    assert [(each["urn"], each["gone"]) for each in found["drift"]] == [(cluster.kept.urn, True)]
    compare_unseen(found, resources)


def test_of_a_cluster_that_is_shut_the_objects_are_not_seen(everywhere_site: Site, tmp_path: Path) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    resources = tampered.managed(site, "dev")
    (cluster,) = [each for each in resources if each.kept.type == CLUSTER]
    world = site.world
    with world.transaction() as tx:
        tampered.change(tx, cluster, tampered.DOOR)
    world.close()
    found = look(site, "dev", 4)
    assert [each["urn"] for each in found["drift"]] == [cluster.kept.urn]
    compare_unseen(found, resources)


def test_what_cannot_be_read_is_told_and_ends_with_a_failure(up: Site) -> None:
    up.plan_fault(Fault(TOPIC, "read", Effect.FAIL))
    found = look(up, "dev", 1)
    assert found["drift"] == []
    (unseen,) = found["unseen"]
    assert unseen["urn"].rpartition("::")[0].endswith(TOPIC)
    assert unseen["failed"]


@pytest.mark.journey
def test_what_is_added_to_lists_empty_objects_and_config_maps_is_found(released: Site) -> None:
    resources = tampered.managed(released, "dev")
    (deployment,) = [each.kept for each in resources if each.kept.type == DEPLOYMENT and each.kept.name == "api"]
    (config,) = [each.kept for each in resources if each.kept.type == CONFIG_MAP]
    (policy, *_) = [each.kept for each in resources if ("spec", "podSelector") in each.paths]
    count = len(deployment.inputs["spec"]["template"]["spec"]["containers"][0]["env"])
    by_hand = [
        (deployment, f"spec.template.spec.containers[0].env[{count}]", '{"name": "MORE"}'),
        (config, "data.more", "x"),
        (policy, "spec.podSelector.matchLabels", '{"app": "api"}'),
    ]
    for resource, path, value in by_hand:
        released("sandbox", "change", resource.type, resource.name, f"{path}={value}", "--stack", "dev")
    assert drifted(released, "dev") == {resource.urn: [path] for resource, path, _ in by_hand}


@pytest.mark.journey
def test_a_change_is_told_with_both_values_and_undone_by_refresh_and_up(up: Site) -> None:
    up("sandbox", "change", SUBSCRIPTION, "usage-emitted-scribe", "ackDeadlineSeconds=11", "--stack", "dev")
    out = up("drift", "dev", code=4).out
    assert "  changed Subscription usage-emitted-scribe (gcp:pubsub/subscription:Subscription)\n" in out
    assert "      ackDeadlineSeconds: 60 -> 11\n" in out
    # Pulumi compares the program with its state alone.
    assert up("up", "dev", "--json").json["changes"]["update"] == 0
    assert up("refresh", "dev", "--json").json["changes"]["update"] == 1
    up("drift", "dev")
    assert up("up", "dev", "--json").json["changes"]["update"] == 1
    up("drift", "dev")
    assert (
        up.inventory()[SUBSCRIPTION, "projects/ampersand-dev/subscriptions/usage-emitted-scribe"]["ackDeadlineSeconds"]
        == 60
    )


def test_values_of_secrets_are_not_shown(up: Site) -> None:
    version = "gcp:secretmanager/secretVersion:SecretVersion"
    (name, *_) = [each.kept.name for each in tampered.managed(up, "dev") if each.kept.type == version]
    up("sandbox", "change", version, name, "secretData=hunter2", "--stack", "dev")
    told = up("drift", "dev", code=4)
    assert "      secretData: a secret, and another one in the cloud\n" in told.out
    found = up("drift", "dev", "--json", code=4)
    (drift,) = found.json["stacks"]["dev"]["drift"]
    assert drift["properties"] == [{"path": "secretData", "state": "[secret]", "cloud": "[secret]"}]
    assert "hunter2" not in told.out + told.err + found.out + found.err


def test_what_the_program_ignores_is_nobodys_drift(released: Site) -> None:
    ignored = {
        ("gcp:sql/databaseInstance:DatabaseInstance", "database"): "settings.diskSize=500",
        ("gcp:container/nodePool:NodePool", "cluster-default"): "initialNodeCount=7",
        ("kubernetes:batch/v1:Job", "grants"): "spec.template.spec.containers[0].image=other",
    }
    for (type_, name), change in ignored.items():
        released("sandbox", "change", type_, name, change, "--stack", "dev")
    assert look(released, "dev", 0)["drift"] == []


@pytest.mark.journey
def test_people_are_told_where_it_belongs(up: Site) -> None:
    """Of a subscription as of a deployment, of a grant that is gone as of a finding, at once, and never of values."""
    up("sandbox", "change", SUBSCRIPTION, "usage-emitted-scribe", "ackDeadlineSeconds=11", "--stack", "prod")
    grant = next(each.kept for each in tampered.managed(up, "prod") if each.kept.type.endswith(":TopicIAMMember"))
    up("sandbox", "delete", grant.type, grant.name, "--stack", "prod")
    up("drift", "prod", code=4)
    assert up("sandbox", "notices", "--json").json["notices"] == []
    up("drift", "--all", "--notify", code=4)
    sent = up("sandbox", "notices", "--json").json["notices"]
    told = [
        (each["channel"], each["notice"]["kind"], each["notice"]["severity"], each["notice"]["title"]) for each in sent
    ]
    gone = ("security", "critical", "Drift in prod: 1 gone")
    assert told == [
        ("#security", *gone),
        ("#oncall", *gone),
        ("#deployments", "drift", "warning", "Drift in prod: 1 changed"),
    ]
    assert sent[0]["notice"]["reason"] == f"gone: TopicIAMMember {grant.name} ({grant.type})"
    named = f"Subscription usage-emitted-scribe ({SUBSCRIPTION})"
    assert sent[2]["notice"]["reason"] == f"changed: {named}: ackDeadlineSeconds"


@pytest.mark.journey
def test_what_time_brings_is_no_drift(everywhere_site: Site, tmp_path: Path) -> None:
    site = everywhere_site.copy(tmp_path / "site")
    site("sandbox", "clock", "advance", "30d")
    site("drift", "--all")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("drift",), "no stack is named"),
        (("drift", "dev", "--all"), "stacks are named beside --all"),
        (("drift", "nowhere"), "nowhere"),
        (("sandbox", "change", TOPIC, "usage-emitted", "labels"), "'labels' is no property with a value"),
        (("sandbox", "change", TOPIC, "nothing", "labels={}", "--stack", "dev"), f"there is no {TOPIC} 'nothing'"),
        (("sandbox", "change", TOPIC, "usage-emitted", "labels={}"), f"3 of {TOPIC} are called usage-emitted"),
        (("sandbox", "change", TOPIC, "usage-emitted", "a.b=1", "--stack", "dev"), "it has no a.b"),
        (("sandbox", "change", TOPIC, "usage-emitted", "name=null", "--stack", "dev"), "name: is always there"),
        (
            ("sandbox", "change", TOPIC, "usage-emitted", "labels=x", "--stack", "dev"),
            "labels: is of another type than what is there, an object",
        ),
        (
            ("sandbox", "change", TOPIC, "usage-emitted", 'labels={"purpose":[]}', "--stack", "dev"),
            "labels: is of another type than",
        ),
        (
            ("sandbox", "change", TOPIC, "usage-emitted", 'labels={"purpose":null}', "--stack", "dev"),
            "labels: is of another type than",
        ),
        (
            ("sandbox", "change", SUBSCRIPTION, "usage-emitted-scribe", "ackDeadlineSeconds=x", "--stack", "dev"),
            "ackDeadlineSeconds: is of another type than what is there, a number",
        ),
        (("sandbox", "change", TOPIC, "usage-emitted", "deletionPolicy=X", "--stack", "dev"), "is in no cloud"),
    ],
)
def test_bad_input_is_refused(up_site: Site, arguments: tuple[str, ...], problem: str) -> None:
    assert problem in up_site(*arguments, code=2).err


def test_by_hand_nothing_goes_that_is_in_use(up: Site) -> None:
    arguments = ("gcp:compute/network:Network", "network", "--stack", "dev")
    assert "is in use by GlobalAddress" in up("sandbox", "delete", *arguments, code=2).err


def test_a_stack_that_was_never_brought_up_cannot_drift(empty: Site) -> None:
    assert "'dev' was never brought up" in empty("drift", "dev", code=1).err
    told = empty("drift", "--all", "--json")
    assert told.json == {"stacks": {}}
    assert "dev was never brought up\n" in told.err
