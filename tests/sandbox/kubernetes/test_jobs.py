"""Jobs are done at once when their image runs, fail when it crashes, and wait otherwise."""

from __future__ import annotations

from typing import Any

from sandbox.clouds import registry
from sandbox.clouds.kubernetes.workloads import Workload, running
from sandbox.clouds.world import World
from tests.sandbox.kubernetes.conftest import (
    BETTER,
    CRASHING,
    DEPLOYMENT,
    ENDPOINT,
    GOOD,
    JOB,
    MISSING,
    Provider,
    deployment,
    job,
)


def conditions(live: dict[str, Any]) -> list[str]:
    return [condition["type"] for condition in live["status"].get("conditions", [])]


def test_complete(provider: Provider, world: World) -> None:
    made = provider.create(JOB, "migrate", job())

    assert made.reasons == ()
    assert conditions(made.live) == ["SuccessCriteriaMet", "Complete"]
    assert made.live["status"]["succeeded"] == 1
    assert running(world, ENDPOINT, "dev") == {"migrate": Workload("Job", GOOD, 1, 1, True, "")}


def test_pods_that_share_a_queue_are_as_many_as_there_may_be(provider: Provider, world: World) -> None:
    """Nobody counts their completions, which are of one's own choice or nothing."""
    made = provider.create(JOB, "migrate", job(parallelism=3))

    assert "completions" not in made.live["spec"]
    assert (conditions(made.live), made.live["status"]["succeeded"]) == (["SuccessCriteriaMet", "Complete"], 3)
    assert running(world, ENDPOINT, "dev") == {"migrate": Workload("Job", GOOD, 3, 3, True, "")}


def test_a_job_that_may_have_no_pods_does_not_get_done(provider: Provider) -> None:
    paused = provider.create(JOB, "migrate", job(completions=2, parallelism=0))
    assert (conditions(paused.live), paused.live["status"]["active"]) == ([], 0)
    assert paused.reasons[1:] == ("Job is not complete",)
    provider.delete(paused)

    nothing = provider.create(JOB, "migrate", job(completions=0))
    assert (conditions(nothing.live), nothing.reasons) == (["SuccessCriteriaMet", "Complete"], ())


def test_crash_fails_the_job(provider: Provider, world: World) -> None:
    made = provider.create(JOB, "migrate", job(CRASHING, backoffLimit=2))

    assert made.reasons[0].endswith("Resource 'migrate' was created but failed to initialize")
    assert made.reasons[1:] == ("[BackoffLimitExceeded] Job has reached the specified backoff limit",)
    assert made.live["status"]["failed"] == 3
    assert running(world, ENDPOINT, "dev")["migrate"].healthy is False


def test_an_argument_may_be_what_a_container_dies_of(provider: Provider, world: World) -> None:
    """Of two Jobs of one image only the one that says it, in its arguments or instead of the image's entry point."""
    reference, _, digest = BETTER.partition("@")
    registry.push(world, reference, digest, crash_with="--smoke")
    container = {"name": "smoke", "image": BETTER}
    outcomes = []
    for number, said in enumerate(({}, {"args": ["--role"]}, {"args": ["--smoke", "x"]}, {"command": ["--smoke"]})):
        manifest = job(backoffLimit=0)
        manifest["metadata"]["name"] = f"job-{number}"
        manifest["spec"]["template"]["spec"]["containers"] = [container | said]
        outcomes.append(conditions(provider.create(JOB, f"job-{number}", manifest).live)[-1])
    assert outcomes == ["Complete", "Complete", "Failed", "Failed"]

    assert provider.create(DEPLOYMENT, "api", deployment(BETTER)).reasons == ()


def test_missing_image_is_waited_for(provider: Provider, world: World) -> None:
    made = provider.create(JOB, "migrate", job(MISSING))
    assert made.reasons[0].endswith("'migrate' timed out waiting to be Ready")
    assert "[migrate][ImagePullBackOff]" in made.reasons[1]
    assert made.live["status"]["active"] == 1

    reference, _, digest = MISSING.partition("@")
    registry.push(world, reference, digest)
    assert running(world, ENDPOINT, "dev")["migrate"] == Workload("Job", MISSING, 1, 1, True, "")


def test_another_template_is_another_job(provider: Provider) -> None:
    made = provider.create(JOB, "migrate", job())
    diff = provider.diff(made, job(CRASHING))

    assert (list(diff.replaces), diff.delete_before_replace) == (["spec.template.spec.containers[0].image"], True)
    assert list(provider.diff(made, job(backoffLimit=3)).replaces) == []


def test_a_job_that_failed_is_replaced_where_it_says_so(provider: Provider, world: World) -> None:
    """Only while it has not succeeded; without the annotation an update waits for what will never come."""

    def annotated(value: str, name: str, image: str = CRASHING) -> dict[str, Any]:
        manifest = job(image)
        manifest["metadata"] |= {"name": name, "annotations": {"pulumi.com/replaceUnready": value}}
        return manifest

    again, never = (provider.create(JOB, name, annotated(name, name)) for name in ("true", "false"))
    replacing = provider.diff(again, annotated("true", "true"))
    assert (replacing.changes, list(replacing.replaces), replacing.delete_before_replace) == (
        True,
        ['.metadata.annotations["pulumi.com/replaceUnready"]'],
        True,
    )
    assert provider.diff(never, annotated("false", "false")).changes is False

    waiting = provider.create(JOB, "late", annotated("true", "late", MISSING))
    assert provider.diff(waiting, annotated("true", "late", MISSING)).changes is True
    reference, _, digest = MISSING.partition("@")
    registry.push(world, reference, digest)
    # By now its image has been pulled.
    assert provider.diff(waiting, annotated("true", "late", MISSING)).changes is False
    provider.delete(waiting)
    assert provider.diff(waiting, annotated("true", "late", MISSING)).changes is False


def test_finished_job_goes_when_its_time_to_live_is_over(provider: Provider, world: World) -> None:
    made = provider.create(JOB, "migrate", job(ttlSecondsAfterFinished=100))
    world.advance(99)
    assert list(running(world, ENDPOINT, "dev")) == ["migrate"]
    world.advance(2)

    assert running(world, ENDPOINT, "dev") == {}
    assert provider.cloud.read("one", made.urn, made.id, JOB, made.inputs, made.outputs).id == ""
    assert provider.create(JOB, "migrate", job()).reasons == ()
