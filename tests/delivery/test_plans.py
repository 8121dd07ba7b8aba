"""What a plan is known by, and what in it is not the release's."""

from collections.abc import Mapping
from typing import Any

import pytest

from delivery.engines import HIDDEN, UNKNOWN, Step, Update
from delivery.pins import Pins
from delivery.plans import beyond, changes, described, fingerprint, follows

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
    "a workload that goes": (step("delete", f"slipway:index:Workload${DEPLOYMENT}", "old"), True),
    "a topic": (step("create", "slipway:index:Topic$gcp:pubsub/topic:Topic", "jobs"), True),
    "what only looks like one": (step("create", DEPLOYMENT, "Workload"), True),
    "what does not change": (step("same", "gcp:pubsub/topic:Topic", "jobs"), False),
}


@pytest.mark.parametrize("name", PENDING)
def test_what_is_due_whatever_is_released(name: str) -> None:
    pending, more = PENDING[name]
    assert beyond(plan(pending)) == ([pending] if more else [])


ONE, TWO, THREE = (f"sha256:{number}".ljust(71, "0") for number in (1, 2, 3))
BEFORE = Pins({"api": ONE, "web": ONE}, "2026.01.01.0001", "2026.01.01.0001")
AFTER = Pins({"api": TWO, "web": ONE}, "2026.01.01.0002", "2026.01.01.0001")


def changed(
    before: Mapping[str, Any], inputs: Mapping[str, Any], types: str = f"slipway:index:Workload${DEPLOYMENT}"
) -> Step:
    return Step("update", f"{ROOT}{types}::api", types.rpartition("$")[2], ("spec",), inputs, before)


MOVED: Mapping[str, tuple[Step, bool]] = {
    "its digest": (changed({"image": f"r/api@{ONE}"}, {"image": f"r/api@{TWO}"}), True),
    "its digest, beside an image that stays": (
        changed({"image": f"r/api@{ONE}", "side": f"r/web@{ONE}"}, {"image": f"r/api@{TWO}", "side": f"r/web@{ONE}"}),
        True,
    ),
    "the digest of an image that does not move": (changed({"image": f"r/web@{ONE}"}, {"image": f"r/web@{TWO}"}), False),
    "a digest, and a release": (
        changed({"image": f"r/api@{ONE}", "env": [BEFORE.release]}, {"image": f"r/api@{TWO}", "env": [AFTER.release]}),
        False,
    ),
    "the digest of another resource, too": (
        changed({"image": f"r/api@{ONE}"}, {"image": f"r/api@{TWO}"}, "gcp:pubsub/topic:Topic"),
        True,
    ),
    "another digest than the pinned one": (changed({"image": f"r/api@{THREE}"}, {"image": f"r/api@{TWO}"}), False),
    "a digest, and a size": (
        changed({"image": f"r/api@{ONE}", "replicas": 1}, {"image": f"r/api@{TWO}", "replicas": 2}),
        False,
    ),
    "a digest, and the registry": (changed({"image": f"r/api@{ONE}"}, {"image": f"s/api@{TWO}"}), False),
    "a digest, and a property that goes": (
        changed({"image": f"r/api@{ONE}", "replicas": 1}, {"image": f"r/api@{TWO}"}),
        False,
    ),
    "a digest, beside what is hidden": (
        changed({"image": f"r/api@{ONE}", "key": HIDDEN}, {"image": f"r/api@{TWO}", "key": HIDDEN}),
        False,
    ),
    "a digest, beside what is unknown": (
        changed({"image": f"r/api@{ONE}", "key": UNKNOWN}, {"image": f"r/api@{TWO}", "key": UNKNOWN}),
        False,
    ),
    "nothing that is known": (changed({}, {"image": f"r/api@{TWO}"}), False),
    "a job, made anew": (step("replace", "slipway:index:SmokeTest$kubernetes:batch/v1:Job", "api", "spec"), True),
    "a workload that goes": (step("delete", f"slipway:index:Workload${DEPLOYMENT}", "old"), False),
    "a topic that comes": (step("create", "slipway:index:Topic$gcp:pubsub/topic:Topic", "jobs"), False),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_changes_as_the_pins_do_shows_that_nothing_else_is_due(name: str) -> None:
    wanted, shown = MOVED[name]
    assert follows(plan(wanted), BEFORE, AFTER) is shown


def test_a_first_release_says_nothing_of_what_else_is_due() -> None:
    first = changed({"image": "none"}, {"image": f"r/api@{TWO}"})
    assert not follows(plan(first), Pins(), AFTER)


def test_a_long_plan_is_cut_in_words_only() -> None:
    steps = [step("create", "gcp:pubsub/topic:Topic", f"topic-{number}") for number in range(5)]
    assert described(changes(plan(*steps)), most=3) == [
        "create Topic topic-0",
        "create Topic topic-1",
        "create Topic topic-2",
        "and 2 more",
    ]
    assert described([api("a")]) == ["update Deployment api (spec.image)"]
