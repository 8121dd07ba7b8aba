"""What an image is made of, as the step of a build tells it: with the real git and sh."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from delivery import build_run
from delivery.build_run import Ground
from model.image import Image
from pipelines import steps
from pipelines.build import Build
from pipelines.setting import Setting


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    for name in ("api/main.go", "api/k8s/Dockerfile", "lib/a.go"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "ann@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **names})


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


def told(ours: Setting, folder: Path, *paths: str) -> str:
    """The hash of the image api with these paths; empty where there is none."""
    catalogue = ours.catalogue.model_copy(update={"images": {"api": Image(paths=paths)}})
    step = replace(steps.sources(replace(ours, catalogue=catalogue)), after=())
    files = folder.parent / "files"
    ground = Ground(
        folders={"/workspace": folder, steps.FILES: files},
        volumes=folder.parent / "volumes",
        logs=folder.parent,
        values={},
        simulated=lambda _: "",
    )
    (ran,) = build_run.run(Build(steps=(step,)), ground, lambda _: None)
    assert ran.state == "passed"
    found = files / "sources" / "api"
    text = found.read_text() if found.exists() else ""
    found.unlink(missing_ok=True)
    return text


def test_only_what_an_image_is_made_of_changes_its_hash(ours: Setting, code: Path) -> None:
    before, whole = told(ours, code, "api"), told(ours, code, ".")
    assert len(before.strip()) == 64
    (code / "lib" / "a.go").write_text("other")
    commit(code)
    assert told(ours, code, "api") == before
    assert told(ours, code, ".") != whole
    (code / "api" / "k8s" / "Dockerfile").write_text("other")
    commit(code)
    assert told(ours, code, "api") != before


def test_of_a_path_that_is_not_there_nothing_is_known(ours: Setting, code: Path) -> None:
    """Else a mistyped path would never change, and a preview would run what was built before."""
    assert told(ours, code, "apii") == ""


def test_where_there_is_no_code_nothing_is_known(ours: Setting, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    assert told(ours, tmp_path / "code", ".") == ""
