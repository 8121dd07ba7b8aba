"""What a team may write wrongly where builds are made from it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import ConfigError
from pipelines import triggers

ROOT = Path(__file__).parent.parent.parent


def without(key: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"^  slipway:{key}:.*\n(    .*\n)*", "", text, flags=re.MULTILINE)


def replaced(before: str, after: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after, 1)

    return change


SEALED = re.compile(r"    webhook:\n      secure: .*\n")


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        (
            "services.yaml",
            replaced("lint: {image: go, run: [make, lint]}", "lint: {image: go, run: [make, lint], after: [lnit]}"),
            "services.yaml: checks.lint.after: there is no check 'lnit'. Did you mean 'lint'?",
        ),
        (
            "services.yaml",
            replaced("lint: {image: go, run: [make, lint]}", "lint: {image: go, run: [make, lint], after: [typecheck]}\n"
                     "  other: {image: go, run: [make], after: [other]}"),
            "pipeline pull-request: steps.other.after: other waits for other. Break the circle.",
        ),
        (
            "services.yaml",
            replaced("lint: {image: go,", "lint: {image: goo,"),
            "services.yaml: checks.lint.image: there is no step image 'goo'. Did you mean 'go'?",
        ),
        (
            "services.yaml",
            replaced("  lint: {image", "  security: {image"),
            "services.yaml: checks.security: 'security' is the check that no scanner has found what blocks. Write another name.",
        ),
        (
            "services.yaml",
            replaced("secrets: {image: gitleaks,", "gate: {image: gitleaks,"),
            "pipeline pull-request: steps.gate: two steps have this id. Rename one.",
        ),
        (
            "services.yaml",
            replaced("run: [make, typecheck]}", "run: []}"),
            "services.yaml: checks.typecheck.run: tuple should have at least 1 item after validation, not 0",
        ),
        (
            "services.yaml",
            replaced("  api:\n", "  api: {paths: ['../lib; true']}\n"),
            "services.yaml: images.api.paths.0: '../lib; true' is refused",
        ),
        (
            "Pulumi.shared.yaml",
            replaced("docker: docker.io/library/docker:28.5.1-cli", "docker: docker"),
            "Pulumi.shared.yaml: slipway:steps.docker: 'docker' does not say which image is meant.",
        ),
        (
            "Pulumi.shared.yaml",
            lambda text: SEALED.sub("", text),
            ("Pulumi.shared.yaml: slipway:secrets.webhook: this secret is missing, and previews need it. Set it with "
            "'pulumi config set --secret --path slipway:secrets.webhook -s shared': a random text."),
        ),
        (
            "Pulumi.shared.yaml",
            without("platformSource"),
            "githubApp needs platformSource. Add it, or take githubApp out: nothing is moved by builds then.",
        ),
    ],
)  # fmt: skip
def test_it_is_told(tmp_path: Path, file: str, change: Callable[[str], str], told: str) -> None:
    for path in (*ROOT.glob("Pulumi.*.yaml"), ROOT / "services.yaml"):
        shutil.copy(path, tmp_path)
    written = tmp_path / file
    written.write_text(change(written.read_text()))
    with pytest.raises(ConfigError) as refusal:
        triggers.all_of(tmp_path)
    assert any(str(problem).startswith(told) or told in str(problem) for problem in refusal.value.problems), str(
        refusal.value
    )


def test_a_long_name_of_an_environment_is_told_before_anything_is_made(tmp_path: Path) -> None:
    for path in (*ROOT.glob("Pulumi.*.yaml"), ROOT / "services.yaml"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / "Pulumi.prod.yaml").read_text()
    (tmp_path / "Pulumi.a-second-production.yaml").write_text(text)
    (tmp_path / "Pulumi.prod.yaml").unlink()
    with pytest.raises(ConfigError) as refusal:
        triggers.all_of(tmp_path)
    assert str(refusal.value) == (
        "pipeline apply-a-second-production: 'build-apply-a-second-production' has 31 characters, the service account of a trigger "
        "may have 30. Write a shorter name."
    )


def test_a_team_whose_builds_move_nothing_has_the_checks_alone(tmp_path: Path) -> None:
    for path in (*ROOT.glob("Pulumi.*.yaml"), ROOT / "services.yaml"):
        shutil.copy(path, tmp_path)
    shared = tmp_path / "Pulumi.shared.yaml"
    shared.write_text(without("githubApp")(shared.read_text()))
    assert list(triggers.all_of(tmp_path)) == ["pull-request", "deep-scan", "base-image"]
