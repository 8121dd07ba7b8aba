"""A change of one line of YAML plans the one right change, and nothing where nothing changed."""

import json
from collections import Counter

import pytest

from tests.lifecycle.commands import Site, digest


def planned(site: Site, stack: str) -> list[str]:
    """What a plan would do, each as `op type name`, sorted."""
    plan = site("plan", stack, "--json").json
    steps = [step for step in plan["steps"] if step["op"] != "same"]
    assert sum(plan["changes"].values()) == len(plan["steps"])
    return sorted(f"{step['op']} {step['type']} {step['urn'].rpartition('::')[2]}" for step in steps)


@pytest.mark.journey
def test_nothing_changed(released: Site) -> None:
    for stack in ("shared", "dev", "staging", "prod"):
        changes = released("plan", stack, "--json").json["changes"]
        assert {op: count for op, count in changes.items() if count} == {"same": changes["same"]}, stack
        assert changes["same"] > 10


def kinds(steps: list[str]) -> Counter[str]:
    """How many of each operation and type."""
    return Counter(step.rpartition(" ")[0].replace(":index", "") for step in steps)


CHANGES = {
    "machine type": (
        "machineType: e2-standard-4",
        "machineType: e2-standard-8",
        ["update gcp:container/nodePool:NodePool cluster-default"],
    ),
    "digest": (f"scribe: {digest(1)}", f"scribe: {digest(2)}", ["update kubernetes:apps/v1:Deployment scribe"]),
    "database tier": (
        "tier: db-custom-1-3840",
        "tier: db-custom-2-7680",
        # The dashboard draws how many connections the tier allows.
        [
            "update gcp:monitoring/dashboard:Dashboard overview",
            "update gcp:sql/databaseInstance:DatabaseInstance database",
        ],
    ),
    "release channel": (
        "releaseChannel: RAPID",
        "releaseChannel: REGULAR",
        ["update gcp:container/cluster:Cluster cluster"],
    ),
    "size": (
        "    default: {replicas: 1, cpu: 100m",
        "    scribe: {replicas: 2, cpu: 200m, memory: 1Gi}\n    default: {replicas: 1, cpu: 100m",
        ["update kubernetes:apps/v1:Deployment scribe"],
    ),
    "flow logs": (
        "range: 10.8.0.0/13",
        "range: 10.8.0.0/13, flowLogs: 0.1",
        ["update gcp:compute/subnetwork:Subnetwork network-nodes", "update gcp:container/cluster:Cluster cluster"],
    ),
    "comment": ("# The first environment:", "# The very first environment:", []),
}


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_one_line_of_a_stack_file(released: Site, old: str, new: str, expected: list[str]) -> None:
    file = released.config / "Pulumi.dev.yaml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    assert planned(released, "dev") == expected


def test_a_new_topic_is_made_and_its_user_is_told(released: Site) -> None:
    file = released.config / "services.yaml"
    file.write_text(
        file.read_text().replace(
            "topics:\n", "topics:\n  audited:\n    publishers: [scribe]\n    subscribers: [scribe]\n"
        )
    )
    assert planned(released, "dev") == [
        "create gcp:pubsub/subscription:Subscription audited-dead-letter",
        "create gcp:pubsub/subscription:Subscription audited-scribe",
        "create gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember audited-scribe-agent",
        "create gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember audited-scribe-subscriber",
        "create gcp:pubsub/topic:Topic audited",
        "create gcp:pubsub/topic:Topic audited-dead-letter",
        "create gcp:pubsub/topicIAMMember:TopicIAMMember audited-dead-letter-agent",
        "create gcp:pubsub/topicIAMMember:TopicIAMMember audited-scribe-publisher",
        "create slipway:index:Topic audited",
        "update kubernetes:apps/v1:Deployment scribe",
    ]


def test_a_new_service_is_the_only_thing_that_is_made(released: Site) -> None:
    file = released.config / "services.yaml"
    file.write_text(
        file.read_text().replace(
            "services:\n", "services:\n  reports: {image: scribe, args: [--reports], port: 8080}\n", 1
        )
    )
    assert planned(released, "dev") == [
        "create kubernetes:apps/v1:Deployment reports",
        "create kubernetes:core/v1:Service reports",
        "create kubernetes:core/v1:ServiceAccount reports",
        "create kubernetes:monitoring.googleapis.com/v1:PodMonitoring reports",
        "create kubernetes:networking.k8s.io/v1:NetworkPolicy reports",
        "create slipway:index:Workload reports",
    ]


def in_state(site: Site, stack: str, *texts: str, kind: str = "") -> Counter[str]:
    """How many resources of each kind hold one of the texts in their inputs."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    found = [each for each in json.loads(file.read_text())["checkpoint"]["latest"]["resources"] if each.get("custom")]
    held = [each["type"] for each in found if any(text in json.dumps(each["inputs"]) for text in texts)]
    return Counter(f"replace {type_}" for type_ in held if type_.startswith(kind))


def test_a_cluster_elsewhere_takes_what_is_in_it_along(released: Site) -> None:
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("location: us-west1-a", "location: us-west1-b"))
    assert kinds(planned(released, "dev")) == {
        "replace gcp:container/cluster:Cluster": 1,
        "replace gcp:container/nodePool:NodePool": 1,
        "replace pulumi:providers:kubernetes": 1,
        **in_state(released, "dev", "", kind="kubernetes:"),
    }


def test_another_namespace_takes_what_is_in_it_along(released: Site) -> None:
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text() + "  slipway:namespace: backend\n")
    found = kinds(planned(released, "dev"))
    # Grants name the namespace that a pod is in.
    moved = in_state(released, "dev", '"namespace": "services"', '"name": "services"', "/ns/services/sa/")
    assert {step: count for step, count in found.items() if step.startswith("replace")} == moved
    assert [step for step in found if not step.startswith("replace")] == ["update gcp:monitoring/dashboard:Dashboard"]
