"""Each example's own life in the sandbox: build, deploy, promote, roll back, and a preview where it has one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.examples.conftest import NAMES, Example
from tests.lifecycle.commands import commit, digest

ACTS = {
    "imagen": [
        "1. Everything comes up; nothing is released yet",
        "2. A pull request is checked; nothing of it is pushed anywhere, and nothing runs",
        "3. What is merged into develop is built, and comes to dev",
        "4. What is merged into main is built, and comes to prod",
        "5. A release of develop does not come to what takes another branch",
        "6. A release whose image crashes goes back by itself, and dev is on hold",
        "7. A release with one new image reaches prod, and prod goes back in one step",
        "8. What runs where",
    ],
    "credreg": [
        "1. Everything comes up; nothing is released yet",
        "2. A pull request is checked; nothing of it is pushed anywhere, and nothing runs",
        "3. What is merged into master is built, and comes to TEST",
        "4. A person promotes it to SANDBOX, then to PROD",
        "5. A preview for pull request 42 opens and closes",
        "6. A release whose image crashes goes back by itself, and TEST is on hold",
        "7. A release with one new image reaches PROD, and PROD goes back in one step",
        "8. What runs where",
    ],
    "argus": [
        "1. Everything comes up; nothing is released yet",
        "2. A pull request is checked; nothing of it is pushed anywhere, and nothing runs",
        "3. What is merged into develop is built, and comes to dev",
        "4. What is merged into main is built, and comes to staging",
        "5. A release of develop does not come to what takes another branch",
        "6. A person promotes it to prod",
        "7. A release whose image crashes goes back by itself, and dev is on hold",
        "8. A release with one new image reaches prod, and prod goes back in one step",
        "9. What runs where",
    ],
}


@pytest.mark.prove
@pytest.mark.parametrize("name", NAMES)
def test_the_demo_of_an_example_is_its_whole_life(example: Callable[[str], Example], name: str) -> None:
    """The commands verify each claim themselves."""
    site = example(name)
    out = site("demo", "--example", name).out
    assert [line for line in out.splitlines() if line[:1].isdigit()] == ACTS[name]
    assert "All of it happened as told" in out


@pytest.mark.journey
def test_a_release_of_develop_runs_in_the_first_environment_and_nowhere_else(
    example: Callable[[str], Example],
) -> None:
    """The sample of it: an api on Cloud Run, workers with graphics processors, and no database."""
    site = example("imagen")
    site("up", "shared")
    site.push({"api": 1, "worker": 1})
    site("sandbox", "check", commit(1), "build", "passed", "--repository", "imagen/imagen")
    pairs = [f"{image}={digest(1)}" for image in ("api", "worker")]
    unsaid = site("release", "record", "--commit", commit(1), *pairs, code=2)
    assert "--branch: the environments take several branches. Write one of them: develop, main." in unsaid.err
    wrong = site("release", "record", "--commit", commit(1), "--branch", "devel", *pairs, code=2)
    assert "--branch: no environment takes the branch 'devel'. Did you mean 'develop'?" in wrong.err
    release = site("release", "record", "--commit", commit(1), "--branch", "develop", *pairs).out.strip()
    refused = site("deploy", "prod", release, "--json", code=3).json["refusals"]
    assert {
        "guard": "of-its-branch",
        "problem": f"release {release} is built of develop, and prod takes main",
        "remedy": "Merge it into main, and deploy what is built of that.",
    } in refused
    site("deploy", "dev", release, "--with-infra")
    status = site.status()
    assert (status["dev"]["release"], status["dev"]["healthy"], status["prod"]["release"]) == (release, True, None)
    kinds = {kind.rpartition(":")[2] for kind, _ in site.inventory()}
    assert {"Service", "HorizontalPodAutoscaler"} <= kinds
    assert "DatabaseInstance" not in kinds


@pytest.mark.parametrize(("name", "stack"), [("credreg", "TEST"), ("argus", "staging")])
def test_a_plan_of_an_example_stays_valid(example: Callable[[str], Example], name: str, stack: str) -> None:
    site = example(name)
    planned = site("plan", stack, "--json").json
    assert planned["changes"]["create"] > 40
    assert planned["policies"] == []
