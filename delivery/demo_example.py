"""`slipway demo --example NAME`: what becomes of a merge in another team's system, by that team's own branches and rules."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import partial

from rich.markup import escape

from delivery import build_view, demo, deploy, sandbox_builds, screen
from delivery.build_run import Tell
from delivery.demo_stage import Stage, expect
from delivery.guards import short
from delivery.observed import observe
from delivery.releases import Release, Releases
from delivery.sandbox_build_told import Happened
from delivery.sandbox_events import shared_stack
from model import names
from model.environment import Environment
from model.order import branches, order
from model.stacks import load_environment
from pipelines import setting
from pipelines.build import Build
from pipelines.setting import Setting


def acts(stage: Stage) -> list[demo.Act]:
    """Those that the example's own files make possible."""
    known = setting.load(stage.desk.place.config)
    first, last = order(stage.desk.place.config)[0], order(stage.desk.place.config)[-1]
    found: list[demo.Act] = [("Everything comes up; nothing is released yet", demo.infrastructure)]
    found.append(("A pull request is checked; nothing of it is pushed anywhere, and nothing runs", checked))
    for branch in known.branches:
        there = " and ".join(reached(known, branch)) or "nowhere by itself"
        found.append((f"What is merged into {branch} is built, and comes to {there}", partial(merge, branch=branch)))
    if len(known.branches) > 1:
        found.append((f"A release of {known.branches[0]} does not come to what takes another branch", astray))
    if promoted := [target for _, target in demo.steps(stage)]:
        found.append((f"A person promotes it to {', then to '.join(promoted)}", demo.promotion))
    if known.base:
        found.append((f"A preview for pull request {demo.PULL_REQUEST} opens and closes", demo.pull_request))
    return [
        *found,
        (f"A release whose image crashes goes back by itself, and {first} is on hold", demo.crash),
        (f"A release with one new image reaches {last}, and {last} goes back in one step", demo.back),
        ("What runs where", demo.table),
    ]


def reached(known: Setting, branch: str) -> list[str]:
    """Where a merge into a branch comes with nobody asked."""
    found: list[str] = []
    for name, environment in known.environments.items():
        rules = environment.promotion
        if rules.automatic and (rules.from_ in found if rules.from_ else rules.branch == branch):
            found.append(name)
    return found


def checked(stage: Stage) -> None:
    """The build of a pull request, which knows no secret and may write nowhere."""
    before, images = stage.inventory(), stage.pushed()
    stage.checked(commit := stage.commit(demo.BRANCH))
    steps = _built(stage, Happened(trigger="pull-request", commit=commit, branch=demo.BRANCH, source=stage.code))
    expect(
        stage.inventory() == before and stage.pushed() == images,
        "nothing was pushed, and nothing is there that was not",
    )
    demo.say(f"passed: {', '.join(steps)}")


def merge(stage: Stage, branch: str) -> None:
    """The build that the trigger of the branch has, as its own identity; what takes another branch stays as it is."""
    config = stage.desk.place.config
    before = _releases(stage)
    stage.checked(commit := stage.commit(branch))
    happened = Happened(trigger=names.branch_trigger(branch), commit=commit, branch=branch, source=stage.code)
    _built(stage, happened)
    stage.pull()
    release = Releases(config).all()[-1]
    expect((release.commit, release.branch) == (commit, branch), f"the build has made a release of {branch}")
    demo.say(f"release {release.id}: {', '.join(f'{name} {short(it)}' for name, it in release.images.items())}")
    there = reached(setting.load(config), branch)
    for name in order(config):
        found = observe(stage.desk, name)
        if name in there:
            expect(found.release == release.id and bool(found.healthy), f"{name} runs {release.id}", *found.remarks)
            demo.say(f"{release.id} runs in {name}: {len(found.workloads)} workloads, all ready")
        else:
            expect(found.release == before[name], f"{name} is as it was")


def astray(stage: Stage) -> None:
    """The newest release of the first branch, asked for where another one goes."""
    config = stage.desk.place.config
    of = branches(config)
    release = _newest(stage, next(iter(of.values())))
    for name, branch in of.items():
        loaded = load_environment(name, config)
        assert isinstance(loaded, Environment)
        if branch == release.branch or loaded.promotion.from_:
            continue
        refusals = deploy.decide(stage.desk, name, release.id).refusals
        told = next((each.problem for each in refusals if each.guard == "of-its-branch"), "")
        expect(bool(told), f"{release.id} is refused in {name}", *(each.guard for each in refusals))
        demo.say(f"refused by of-its-branch: {told}")


def _built(stage: Stage, happened: Happened) -> list[str]:
    """Let it be built; the steps."""
    made = sandbox_builds.play(stage.desk, shared_stack(stage.desk), happened, _show)
    for built in made:
        expect(built.ok, f"the build of {built.trigger} passes", *build_view.failures(built.steps))
    return [ran.step for built in made for ran in built.steps]


def _newest(stage: Stage, branch: str) -> Release:
    return [each for each in Releases(stage.desk.place.config).all() if each.branch == branch][-1]


def _releases(stage: Stage) -> Mapping[str, str | None]:
    return {name: observe(stage.desk, name).release for name in order(stage.desk.place.config)}


def _show(name: str, build: Build) -> AbstractContextManager[Tell]:
    screen.err().print(escape(f"building {name}: {len(build.steps)} steps"))
    return build_view.shown(build)
