"""The files of this repository, whatever a team has written into them: they go together, and every stack can be planned.

These tests alone come along where `slipway init` begins a repository; `make test` runs them there.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from delivery import opening, plans
from delivery.engine_sandbox import SandboxEngine
from delivery.engines import quiet
from delivery.place import Place
from model import names
from model.catalogue import load_catalogue
from model.stacks import load_environment, stacks
from model.together import check_together
from pipelines import triggers

ROOT = Path(__file__).resolve().parents[2]
STACKS = [stack for stack in stacks(ROOT) if not names.PREVIEW.fullmatch(stack)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the files, whose secrets say nothing: whatever seals them, nobody is asked for a key."""
    folder = tmp_path_factory.mktemp("stacks")
    ignored = shutil.ignore_patterns(".*", "*.py", "*.png", "releases", "docs", "tests", "bench", "examples", "sandbox")
    shutil.copytree(ROOT, folder / "config", ignore=ignored)
    place = Place(ROOT, folder / "config", folder / "sandbox")
    for stack in STACKS:
        SandboxEngine(place).blind(stack)
    return place


def test_every_stack_goes_with_the_catalogue() -> None:
    assert STACKS
    for stack in STACKS:
        check_together(stack, load_environment(stack, ROOT), load_catalogue(ROOT))


def test_the_builds_of_all_triggers_can_be_written() -> None:
    assert all(trigger.build.steps for trigger in triggers.all_of(ROOT).values())


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_can_be_planned_and_breaks_no_policy(stack: str, place: Place) -> None:
    plan = opening.sandbox_desk(place, "tests").engine.run(stack, "plan", quiet)
    assert plans.errors(plan) == []
    assert plan.ok
    assert plan.changes["create"] > 0
