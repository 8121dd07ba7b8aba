"""A pull request's build on this machine leaves the folder that it is of as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from delivery import build_view
from delivery.pipeline_local import Local
from model.catalogue import load_catalogue
from pipelines.trigger import Trigger
from tests.pipelines.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With folders that have the names of what builds make, and a Makefile with all checks."""
    for name in ("platform", ".build"):
        (tmp_path / "code" / name).mkdir(parents=True)
        (tmp_path / "code" / name / "mine").write_text("mine")
    (tmp_path / "code" / "Makefile").write_text("lint typecheck test-unit test-integration:\n\t@echo $@ >> checked\n")
    return tmp_path / "code"


def test_checks_run_and_nothing_else_of_the_folder_is_touched(
    folder: Path, found: dict[str, Trigger], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = {"docker", "trivy", "gitleaks", "semgrep"}
    path = [
        each for each in os.environ["PATH"].split(os.pathsep) if not any((Path(each) / it).exists() for it in programs)
    ]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    ran = {each.step: each for each in Local(found["pull-request"], load_catalogue(ROOT), folder).run(lambda _: None)}

    assert {name for name, each in ran.items() if each.state == "passed"} >= {
        *("lint", "typecheck", "test-unit", "test-integration", "security", "gate", "workspace")
    }
    assert ran["dependencies"].why == "trivy is not installed here"
    assert ran["api"].why == "docker is not installed here"
    # Nobody is to think that the images can be built.
    assert (ran["build"].state, ran["build"].why) == ("simulated", "no image is built here")
    assert {name for name, each in ran.items() if each.log and each.state == "passed"} == set()
    said = list(build_view.unproved(list(ran.values())))
    assert "not run here: dependencies, infrastructure (trivy is not installed here)" in said
    assert "not run here: build (no image is built here)" in said
    assert sorted((folder / "checked").read_text().split()) == ["lint", "test-integration", "test-unit", "typecheck"]
    (folder / "checked").unlink()
    kept = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert kept - {".sandbox/world.sqlite"} == {"Makefile", "platform/mine", ".build/mine"}


def test_a_check_that_fails_fails_the_build(folder: Path, found: dict[str, Trigger]) -> None:
    (folder / "Makefile").write_text(
        "lint:\n\t@echo it is not so; exit 1\ntypecheck test-unit test-integration:\n\t@sleep 5\n"
    )
    ran = {each.step: each for each in Local(found["pull-request"], load_catalogue(ROOT), folder).run(lambda _: None)}
    assert (ran["lint"].state, ran["gate"].state) == ("failed", "never begun")
    assert ran["lint"].log is not None
    assert "it is not so" in ran["lint"].log.read_text()
    ran["lint"].log.write_text("\n".join(map(str, range(30))))
    told = list(build_view.failures(list(ran.values())))
    assert told[1] == "10"
    assert told[-3:] == [
        f"--- all 30 lines: {ran['lint'].log}",
        "error: lint failed",
        "What was said there stands above: mend it, and run the build again.",
    ]
