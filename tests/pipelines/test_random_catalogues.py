"""Whatever a team writes into its catalogue, its builds are good ones."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from model.catalogue import Catalogue
from pipelines import order, rules, triggers
from pipelines.setting import Setting

NAME = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True).filter(
    lambda name: (
        name not in {"build", "security", "gate", "default", "migrate", "prepare", "platform", "workspace", "main"}
        and not name.endswith("smoke-test")
        and name not in {"release", "sign", "tag", "record", "sources", "upload", "slipway", "base-builder"}
    )
)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """1 to 60 services, each with an image of its own; checks that wait for others; scanners."""
    names = draw(st.lists(NAME, min_size=3, max_size=66, unique=True))
    services, rest = names[: max(1, len(names) - 6)][:60], names[max(1, len(names) - 6) :]
    mirrored = draw(st.sets(st.sampled_from(services), max_size=3))
    images = {name: {"mirror": "docker.io/library/postgres:15.14"} if name in mirrored else {} for name in services}
    checks: dict[str, object] = {}
    for name in rest[: len(rest) // 2]:
        after = draw(st.sets(st.sampled_from([*checks, "build"]), max_size=2))
        checks[name] = {"image": "go", "run": ["make", name], "after": sorted(after)}
    scanners = {
        name: {
            "image": "trivy",
            "run": ["trivy", "--output=$(SARIF)", *(["$(IMAGE)"] if looks_at == "image" else [])],
            "looksAt": looks_at,
            "deep": looks_at == "source" and draw(st.booleans()),
        }
        for name in rest[len(rest) // 2 :]
        for looks_at in [draw(st.sampled_from(["source", "image"]))]
    }
    base = draw(st.sampled_from([{}, {"baseImage": {"dockerfile": "base/Dockerfile"}}]))
    return Catalogue.model_validate(
        {
            "images": images,
            "services": {name: {"image": name, "port": 8080} for name in services},
            "checks": checks,
            "scanners": scanners,
            **base,
        }
    )


@settings(max_examples=60)
@given(catalogue=catalogues())
def test_builds_are_valid_and_no_image_waits_for_another(ours: Setting, catalogue: Catalogue) -> None:
    made = triggers.triggers(
        Setting(
            stack=ours.stack, shared=ours.shared, catalogue=catalogue, environments=ours.environments, base=ours.base
        )
    )
    for trigger in made.values():
        assert rules.found(trigger) == []
        build = trigger.build
        images = {step.id for step in build.steps if step.makes}
        for step in build.steps:
            if step.makes:
                assert not images & _before(build, step.id), f"{trigger.name}: {step.id}"
        assert order.timeline(build).keys() == {step.id for step in build.steps}
    built = {step.makes for step in made["main"].build.steps if step.makes}
    assert built == set(catalogue.images)


def _before(build: object, id_: str) -> set[str]:
    """All that a step waits for, directly or not."""
    after = {step.id: step.after for step in build.steps}  # type: ignore[attr-defined]
    seen: set[str] = set()
    waiting = list(after[id_])
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting += after[other]
    return seen


def test_sixty_services_with_long_names_fit_into_builds(ours: Setting) -> None:
    """No script and no argument of a build may have more than 10,000 characters."""
    names = [f"a-service-with-a-long-name-{number:02}" for number in range(60)]
    catalogue = Catalogue.model_validate(
        {
            "images": {name: {"paths": [f"services/{name}", "libraries/shared", "go.mod"]} for name in names},
            "services": {name: {"image": name, "port": 8080} for name in names},
        }
    )
    made = triggers.triggers(replace(ours, catalogue=catalogue))
    assert {name for name in names if name in {step.id for step in made["main"].build.steps}} == set(names)
