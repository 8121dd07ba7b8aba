"""How images are built: for which processors, of what, told what, and on which machine within which time."""

from __future__ import annotations

import pytest

from pipelines.trigger import Schedule, Trigger


@pytest.mark.parametrize("trigger", ["main", "preview"])
def test_one_build_is_for_both_architectures_and_told_where_it_comes_from(
    found: dict[str, Trigger], trigger: str
) -> None:
    built = [step for step in found[trigger].build.steps if step.makes and "docker buildx build" in step.script]
    assert {step.makes for step in built} >= {"api", "messenger", "temporal"}
    for step in built:
        said = [line.strip().removesuffix(" \\") for line in step.script.splitlines()]
        assert f"--file={step.makes}/k8s/Dockerfile" in said
        assert [line for line in said if line.startswith(("--platform", "--build-arg"))] == [
            "--platform=linux/amd64,linux/arm64",
            "--build-arg=flavor=production",
            '--build-arg="project=$PROJECT"',
            '--build-arg="branch=$BRANCH"',
            '--build-arg="build=$BUILD"',
        ]
        assert {key: step.env[key] for key in ("PROJECT", "BUILD")} == {"PROJECT": "$PROJECT_ID", "BUILD": "$BUILD_ID"}


def test_the_base_image_is_made_anew_every_week_and_every_image_begins_with_its_layers(
    found: dict[str, Trigger],
) -> None:
    base = found["base-image"]
    assert base.event == Schedule(cron="0 3 * * 1", source="application", branch="main")
    [made] = [step for step in base.build.steps if "buildx build" in step.script]
    assert "--pull --no-cache" in made.script
    assert '--tag="$CACHE/base-builder:refreshed" --push' in made.script
    for step in found["main"].build.steps:
        if step.makes and "docker buildx build" in step.script:
            assert '--cache-from="type=registry,ref=$CACHE/base-builder:refreshed"' in step.script


def test_every_build_has_a_machine_of_eight_cores_and_a_time(found: dict[str, Trigger]) -> None:
    assert {trigger.build.machine for trigger in found.values()} == {"E2_HIGHCPU_8"}
    assert all(0 < trigger.build.timeout <= 86_400 for trigger in found.values())
    assert found["main"].build.timeout == 3600
