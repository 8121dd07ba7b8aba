"""What scanners find is out of reach for the code that a pull request brings along."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from delivery import build_run
from delivery.build_run import Ground
from model.catalogue import load_catalogue
from pipelines import steps, written
from pipelines.build import Build, Step
from pipelines.setting import Setting
from pipelines.trigger import PullRequest, Trigger
from tests.pipelines.conftest import ROOT


def before(build: Build, id_: str) -> set[str]:
    """The steps that have ended when this one begins."""
    found: set[str] = set()
    waiting = list(build.step(id_).after)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += build.step(name).after
    return found


def changed_by_whoever_opened_it(build: Build) -> Iterable[Step]:
    """Steps that run what the commit says: its checks by a command, its images by a Dockerfile."""
    checks = load_catalogue(ROOT).checks
    return [step for step in build.steps if step.id in checks or step.makes]


def test_no_step_that_runs_a_pull_requests_code_reaches_the_findings(found: dict[str, Trigger]) -> None:
    looked_at = 0
    for trigger in found.values():
        if isinstance(trigger.event, PullRequest) and trigger.event.source == "application":
            for step in changed_by_whoever_opened_it(trigger.build):
                looked_at += 1
                assert step.volumes == (), (trigger.name, step.id)
                assert not any(value.startswith(steps.SCANNED.path) for value in step.env.values())
    assert looked_at > 10


def test_nothing_of_it_runs_before_the_snapshot_that_scanners_look_at(found: dict[str, Trigger]) -> None:
    build, catalogue = found["pull-request"].build, load_catalogue(ROOT)
    for name in catalogue.checks:
        assert steps.SNAPSHOT in before(build, name), name
    assert before(build, steps.SNAPSHOT) == {steps.ROOM}
    scanners = [name for name, each in catalogue.scanners.items() if each.looks_at == "source" and not each.deep]
    for name in scanners:
        assert build.step(name).volumes == (steps.SCANNED,)
        assert build.step(name).folder == steps.SOURCE
    # The policy is that of the snapshot, too.
    gate = build.step(steps.GATE)
    assert gate.env["CONFIG"] == gate.folder == steps.SOURCE
    assert set(scanners) <= before(build, steps.GATE)
    for step in build.steps:
        if step.volumes:
            assert step.id in {steps.ROOM, steps.SNAPSHOT, steps.GATE, *scanners}


def test_findings_that_a_check_writes_into_the_workspace_are_nobodys(ours: Setting, tmp_path: Path) -> None:
    """Neither what it puts where findings once were, nor what it does to the code, changes what is judged."""
    scanner = replace(
        steps.scan(ours, "code", ours.catalogue.scanners["code"], [steps.SNAPSHOT], None),
        script='grep -q danger main.go && echo found > "$FINDINGS/code.sarif" || echo clean > "$FINDINGS/code.sarif"',
        after=("lint",),
    )
    judge = replace(
        steps.gate(ours, ["code"]),
        script='cat "$FINDINGS/code.sarif" > "$HERE"',
        env={"FINDINGS": steps.FINDINGS, "HERE": "/here/said"},
    )
    lint = Step(
        id="lint",
        image="go",
        script="echo clean > main.go\nfor each in /scanned .build; do mkdir -p $each/findings 2> none || true; done\n"
        'echo "${FINDINGS-nothing} ${SOURCE-nothing}" > "$HERE"',
        env={"HERE": "/here/lint"},
        after=(steps.SNAPSHOT,),
    )
    code = repository(tmp_path / "code")
    (tmp_path / "here").mkdir()
    ground = Ground(
        folders={"/workspace": code, "/here": tmp_path / "here"},
        volumes=tmp_path / "volumes",
        logs=tmp_path,
        values={},
        simulated=lambda _: "",
    )
    ran = build_run.run(
        Build(steps=(steps.room(ours, scans=True), steps.snapshot(ours), lint, scanner, judge)), ground, lambda _: None
    )
    assert {each.step: each.state for each in ran} == dict.fromkeys(
        ("workspace", "snapshot", "lint", "code", "security"), "passed"
    )
    assert (tmp_path / "here" / "said").read_text() == "found\n"
    assert (tmp_path / "here" / "lint").read_text() == "nothing nothing\n"
    assert (code / "main.go").read_text() == "clean\n"


def repository(folder: Path) -> Path:
    folder.mkdir()
    (folder / "main.go").write_text("danger\n")
    (folder / ".gitignore").write_text("ignored\n")
    (folder / "gone").write_text("")
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "Code")):
        subprocess.run(
            ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.com", *arguments], cwd=folder, check=True
        )
    (folder / "gone").unlink()
    (folder / "new file").write_text("new\n")
    (folder / "ignored").write_text("")
    return folder


@pytest.mark.parametrize("known_to_git", [True, False])
def test_the_snapshot_is_what_git_knows_and_what_is_new(ours: Setting, tmp_path: Path, known_to_git: bool) -> None:
    code = repository(tmp_path / "code")
    if not known_to_git:
        subprocess.run(["rm", "-r", ".git"], cwd=code, check=True)
    ground = Ground(
        folders={"/workspace": code}, volumes=tmp_path / "volumes", logs=tmp_path, values={}, simulated=lambda _: ""
    )
    build = Build(steps=(steps.room(ours, scans=True), steps.snapshot(ours)))
    assert [each.state for each in build_run.run(build, ground, lambda _: None)] == ["passed", "passed"]
    source = tmp_path / "volumes" / "scanned" / "source"
    there = {str(each.relative_to(source)) for each in source.rglob("*") if each.is_file() and ".git/" not in str(each)}
    assert there == {"main.go", "new file", ".gitignore", *(() if known_to_git else ("ignored",))}


def test_a_volume_is_written_as_cloud_build_takes_it(found: dict[str, Trigger]) -> None:
    as_said = {step["id"]: step for step in written.build(found["pull-request"].build)["steps"]}
    assert as_said["code"]["volumes"] == [{"name": "scanned", "path": "/scanned"}]
    assert "volumes" not in as_said["lint"]
