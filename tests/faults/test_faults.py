"""Whatever fails once, the command says so and the next one ends where an undisturbed one would have.

Nothing is lost and nothing is made twice: state and world are compared entry by entry.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.clouds.faults import Effect, Fault
from tests.faults.story import DELAY, Case, Story
from tests.lifecycle.commands import Site
from tests.lifecycle.test_kill import elsewhere

Sites = Callable[[str], Site]


@pytest.fixture
def sites(request: pytest.FixtureRequest) -> Sites:
    """A site by the name of its fixture, brought up only when it is asked for."""
    return lambda name: request.getfixturevalue(name)


@pytest.fixture
def small_sites(sites: Sites) -> Sites:
    """The same over the small catalogue."""
    return lambda name: sites(f"small_{name}")


def up_shared(sites: Sites, folder: Path) -> Story:
    return Story(sites("empty_site"), "shared", ("up", "shared"), ("up", "shared"), folder)


def up_dev(sites: Sites, folder: Path) -> Story:
    return Story(sites("ready_site"), "dev", ("up", "dev"), ("up", "dev"), folder)


def deploy(sites: Sites, folder: Path) -> Story:
    """A second release, which changes what is there. It stays, so that the next update finds how far it came."""
    site = sites("released_site").copy(folder / "two")
    site.stay()
    release = site.release(dict.fromkeys(site.images, 2), migration="expand")
    return Story(site, "dev", ("deploy", "dev", release), ("up", "dev"), folder)


def move(sites: Sites, folder: Path) -> Story:
    """The cluster goes to another zone, which replaces it and everything in it."""
    site = sites("released_site").copy(folder / "moved")
    elsewhere(site)
    return Story(site, "dev", ("up", "dev"), ("up", "dev"), folder)


def promote(sites: Sites, folder: Path) -> Story:
    return Story(sites("released_site"), "staging", ("promote", "staging"), ("up", "staging"), folder)


def open_preview(sites: Sites, folder: Path) -> Story:
    """With its file made before, as the password in it is drawn anew each time."""
    command = ("pr", "open", "42", "--branch", "search")
    site, other = (sites("released_site").copy(folder / name) for name in ("ready", "other"))
    other(*command)
    (site.config / "Pulumi.pr-42.yaml").write_text(other.yaml("pr-42"))
    return Story(site, "pr-42", command, command, folder)


def close_preview(sites: Sites, folder: Path) -> Story:
    site = sites("released_site").copy(folder / "opened")
    site("pr", "open", "42", "--branch", "search")
    return Story(site, "pr-42", ("pr", "close", "42"), ("pr", "close", "42"), folder)


def destroy(sites: Sites, folder: Path) -> Story:
    return Story(sites("released_site"), "dev", ("destroy", "dev"), ("destroy", "dev"), folder)


STORIES = (up_shared, up_dev, deploy, move, promote, open_preview, close_preview, destroy)


def failures(cases: list[Case]) -> list[str]:
    return [str(case) for case in cases if case.problems]


SAMPLE = (
    (up_shared, Fault("gcp:cloudbuild/trigger:Trigger", "create", Effect.CRASH, 26)),
    (up_shared, Fault("gcp:serviceaccount/account:Account", "create", Effect.TIMEOUT)),
    (up_shared, Fault("gcp:artifactregistry/repository:Repository", "create", Effect.PERMISSION)),
    (deploy, Fault("kubernetes:apps/v1:Deployment", "update", Effect.CRASH)),
    (deploy, Fault("kubernetes:batch/v1:Job", "create", Effect.TIMEOUT)),
    (promote, Fault("gcp:storage/getProjectServiceAccount:getProjectServiceAccount", "invoke", Effect.FAIL)),
    (open_preview, Fault("gcp:pubsub/subscription:Subscription", "create", Effect.QUOTA)),
    (open_preview, Fault("kubernetes:core/v1:Secret", "create", Effect.CRASH)),
    (open_preview, Fault("gcp:sql/database:Database", "create", Effect.DELAY, seconds=DELAY)),
    (close_preview, Fault("kubernetes:core/v1:Namespace", "delete", Effect.TIMEOUT)),
    (close_preview, Fault("gcp:pubsub/topic:Topic", "delete", Effect.FAIL)),
)


@pytest.mark.parametrize(
    "story",
    [
        close_preview,
        *(pytest.param(each, marks=pytest.mark.journey) for each in (up_shared, deploy, promote, open_preview)),
    ],
    ids=lambda story: story.__name__,
)
def test_a_sample(small_sites: Sites, tmp_path: Path, story: Callable[[Sites, Path], Story]) -> None:
    told = story(small_sites, tmp_path)
    drawn = [fault for each, fault in SAMPLE if each is story]
    assert set(drawn) <= set(told.faults())
    assert failures([told.under(fault) for fault in drawn]) == []


@pytest.mark.prove
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_fault_at_every_type(sites: Sites, tmp_path: Path, story: Callable[[Sites, Path], Story]) -> None:
    begun = time.monotonic()
    told = story(sites, tmp_path)
    cases = []
    for fault in told.faults():
        cases.append(told.under(fault))
        if cases[-1].problems:
            print(f"\n{cases[-1]}", flush=True)
    types = {type_ for type_, _ in told.calls}
    took = time.monotonic() - begun
    print(
        f"\n{told.name}: {len(cases)} faults at {len(types)} types, {len(failures(cases))} not made good ({took:.0f} s)"
    )
    assert failures(cases) == []
    assert len(cases) >= 6 * len(types)
