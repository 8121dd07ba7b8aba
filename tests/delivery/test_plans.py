"""What a plan is known by, and what in it is not the release's."""

from collections.abc import Mapping
from typing import Any

import pytest

from delivery.engines import HIDDEN, UNKNOWN, Step, Update
from delivery.plans import beyond, changes, described, fingerprint

ROOT = "urn:pulumi:prod::slipway::"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def step(op: str, types: str, name: str, /, *detail: str, **inputs: Any) -> Step:
    return Step(op, f"{ROOT}{types}::{name}", types.rpartition("$")[2], detail, inputs)


def plan(*steps: Step) -> Update:
    return Update("prod", "plan", True, steps, {})


def api(image: str, **more: Any) -> Step:
    spec = {"containers": [{"image": image}], **more}
    return step("update", f"slipway:index:Workload${DEPLOYMENT}", "api", "spec.image", spec=spec)


def secret(name: str) -> Step:
    annotations = {"pulumi.com/autonamed": "true"}
    return step("create", "kubernetes:core/v1:Secret", "key", metadata={"name": name, "annotations": annotations})


def test_the_same_change_is_the_same_plan_in_whatever_order() -> None:
    one, other = api("a@sha256:1"), step("delete", "gcp:pubsub/topic:Topic", "old")
    unchanged = step("same", "gcp:pubsub/topic:Topic", "kept")
    assert fingerprint(plan(one, other)) == fingerprint(plan(unchanged, other, one))
    assert fingerprint(plan(one)).startswith("sha256:")
    assert len(fingerprint(plan(one))) == 71


@pytest.mark.parametrize(
    "changed",
    [
        api("a@sha256:2"),
        api("a@sha256:1", more="x"),
        step(
            "replace",
            f"slipway:index:Workload${DEPLOYMENT}",
            "api",
            "spec.image",
            spec=api("a@sha256:1").inputs["spec"],
        ),
        step(
            "update", f"slipway:index:Workload${DEPLOYMENT}", "web", "spec.image", spec=api("a@sha256:1").inputs["spec"]
        ),
        step(
            "update", f"slipway:index:Workload${DEPLOYMENT}", "api", "spec.other", spec=api("a@sha256:1").inputs["spec"]
        ),
    ],
)
def test_another_value_operation_resource_or_path_is_another_plan(changed: Step) -> None:
    assert fingerprint(plan(changed)) != fingerprint(plan(api("a@sha256:1")))


def test_a_change_more_is_another_plan() -> None:
    assert fingerprint(plan(api("a"), step("delete", "gcp:pubsub/topic:Topic", "old"))) != fingerprint(plan(api("a")))


def test_names_that_are_drawn_anew_make_no_difference_wherever_they_stand() -> None:
    def drawn(kubernetes: str, google: str) -> Update:
        policy = step("create", "gcp:compute/sSLPolicy:SSLPolicy", "tls", name=google, __defaults=["name"])
        return plan(secret(kubernetes), policy, api("a", secretName=kubernetes, url=f"https://{google}.example"))

    assert fingerprint(drawn("key-1a2b3c4d", "tls-1a2b3c4")) == fingerprint(drawn("key-5e6f7a8b", "tls-5e6f7a8"))
    two = plan(secret("key-1a2b3c4d"), api("a", secretName="key-1a2b3c4d"))
    other = plan(secret("key-1a2b3c4d"), api("a", secretName="another"))
    assert fingerprint(two) != fingerprint(other)


def test_a_name_that_is_there_already_counts() -> None:
    def updated(name: str) -> Update:
        annotations = {"pulumi.com/autonamed": "true"}
        metadata = {"name": name, "annotations": annotations}
        return plan(step("update", "kubernetes:core/v1:Secret", "key", "data", metadata=metadata))

    assert fingerprint(updated("key-1a2b3c4d")) != fingerprint(updated("key-5e6f7a8b"))


def test_what_is_hidden_or_unknown_counts_as_such() -> None:
    def with_value(value: str) -> Update:
        return plan(step("update", "kubernetes:core/v1:Secret", "key", "data", data={"key": value}))

    assert len({fingerprint(with_value(value)) for value in (HIDDEN, UNKNOWN, "clear")}) == 3


PENDING: Mapping[str, tuple[Step, bool]] = {
    "a workload that was never made": (step("create", f"slipway:index:Workload${DEPLOYMENT}", "api"), False),
    "one that did not become ready": (step("update", f"slipway:index:Workload${DEPLOYMENT}", "api"), False),
    "a smoke test that failed": (step("replace", "slipway:index:SmokeTest$kubernetes:batch/v1:Job", "api"), False),
    "a workload of another size": (
        step("update", f"slipway:index:Workload${DEPLOYMENT}", "api", "spec.replicas"),
        True,
    ),
    "a workload that goes": (step("delete", f"slipway:index:Workload${DEPLOYMENT}", "old", "x"), True),
    "a topic": (step("create", "slipway:index:Topic$gcp:pubsub/topic:Topic", "jobs"), True),
    "what only looks like one": (step("create", DEPLOYMENT, "Workload"), True),
    "what does not change": (step("same", "gcp:pubsub/topic:Topic", "jobs"), False),
}


@pytest.mark.parametrize("name", PENDING)
def test_what_is_due_whatever_is_released(name: str) -> None:
    pending, more = PENDING[name]
    assert beyond(plan(pending)) == ([pending] if more else [])


def test_a_long_plan_is_cut_in_words_only() -> None:
    steps = [step("create", "gcp:pubsub/topic:Topic", f"topic-{number}") for number in range(5)]
    assert described(changes(plan(*steps)), most=3) == [
        "create Topic topic-0",
        "create Topic topic-1",
        "create Topic topic-2",
        "and 2 more",
    ]
    assert described([api("a")]) == ["update Deployment api (spec.image)"]
