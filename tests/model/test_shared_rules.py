"""An environment and the shared stack: what their files have to agree on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.environment import Environment
from model.errors import ConfigError
from model.shared_rules import needed, shared_stacks, unmet
from model.stacks import load_environment

PROGRAM = Path(__file__).resolve().parents[2]
REGISTRY, ATTESTOR = "us-west1-docker.pkg.dev/ampersand-prod/gke-repo", "projects/ampersand-prod/attestors/slipway"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for path in PROGRAM.glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change(config: Path, stack: str, old: str, new: str) -> None:
    file = config / f"Pulumi.{stack}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def problems(config: Path, stack: str) -> list[str]:
    loaded = load_environment(stack, config)
    assert isinstance(loaded, Environment)
    [(name, shared)] = shared_stacks(config).items()
    return [f"{it.file}: {it.key}: {it.problem}. {it.remedy}" for it in unmet(stack, loaded, name, shared)]


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_committed_files_fit_together(config: Path, stack: str) -> None:
    assert problems(config, stack) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "shared",
            'staging: "100000000002"',
            'qa: "100000000002"',
            (
                "Pulumi.shared.yaml: slipway:readers: 'staging' is missing, so that its nodes cannot pull images. "
                'Write staging: "100000000002".'
            ),
        ),
        (
            "shared",
            'staging: "100000000002"',
            'staging: "100000000009"',
            (
                "Pulumi.shared.yaml: slipway:readers: 'staging' has another number here, so that its nodes cannot pull images. "
                'Write staging: "100000000002".'
            ),
        ),
        (
            "shared",
            "signed: [staging, prod]",
            "signed: [prod]",
            (
                "Pulumi.shared.yaml: slipway:signed: 'staging' is missing, so that its clusters may not ask for signatures. "
                "Add staging."
            ),
        ),
        (
            "staging",
            "ampersand-prod/gke-repo",
            "ampersand-prod/gke-rep",
            (
                "Pulumi.staging.yaml: slipway:registry: shared makes no repository "
                f"'us-west1-docker.pkg.dev/ampersand-prod/gke-rep'. Write {REGISTRY}."
            ),
        ),
        (
            "staging",
            "attestors/slipway",
            "attestors/pipeline",
            (
                "Pulumi.staging.yaml: slipway:attestor: shared makes no attestor "
                f"'projects/ampersand-prod/attestors/pipeline'. Write {ATTESTOR}."
            ),
        ),
    ],
)
def test_what_does_not_fit_is_named_with_what_to_write(config: Path, file: str, old: str, new: str, said: str) -> None:
    if old.startswith("staging:") and "qa" in new:
        change(config, "shared", "signed: [staging, prod]", "signed: [prod]")
        change(config, "staging", "binaryAuthorization: true", "binaryAuthorization: false")
    change(config, file, old, new)
    assert problems(config, "staging") == [said]


def test_another_teams_registry_and_attestor_are_theirs_to_see_to(config: Path) -> None:
    change(config, "staging", "us-west1-docker.pkg.dev/ampersand-prod/gke-repo", "us-docker.pkg.dev/other-team/images")
    change(config, "staging", "projects/ampersand-prod/attestors/slipway", "projects/other-team/attestors/slipway")
    loaded = load_environment("staging", config)
    assert isinstance(loaded, Environment)
    assert problems(config, "staging") == []
    assert needed(loaded, shared_stacks(config)["shared"]) == {}


def test_images_are_needed_once_they_are_pinned_and_signatures_where_they_are_asked_for(config: Path) -> None:
    [shared] = shared_stacks(config).values()
    dev, prod = (load_environment(stack, config) for stack in ("dev", "prod"))
    assert isinstance(dev, Environment)
    assert isinstance(prod, Environment)
    assert needed(dev, shared) == {}
    assert needed(prod, shared) == {"attestor": ATTESTOR}
    pinned = dev.model_copy(update={"images": {"api": "sha256:" + "0" * 64}})
    assert needed(pinned, shared) == {"registry": REGISTRY}


def test_a_shared_stack_names_only_readers(config: Path) -> None:
    change(config, "shared", "signed: [staging, prod]", "signed: [staging, canary]")
    with pytest.raises(ConfigError, match="signed names 'canary', which readers does not"):
        load_environment("shared", config)
    assert shared_stacks(config) == {}
