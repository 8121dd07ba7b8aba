"""From options to a desk: which engine, over which folders. Engines are imported only when they are chosen.

Every command imports this to be listed, and most of what a desk is made of is slow to import: that waits until one is opened.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from delivery import actor, place
from delivery.screen import err
from model.errors import ConfigError, Problem, closest

if TYPE_CHECKING:
    from delivery.desk import Desk

VARIABLE = "SLIPWAY_ENGINE"
ENGINES = ("sandbox", "pulumi")


@dataclass(frozen=True)
class Chosen:
    """What was said before the verb; what is said after it wins."""

    engine: str | None = None
    config_dir: Path | None = None
    json: bool = False


def engine_name(before: Chosen, engine: str | None = None) -> str:
    """The engine that was chosen: after the verb, before it, by the environment, or not at all."""
    name = engine or before.engine or os.environ.get(VARIABLE) or ENGINES[0]
    if name not in ENGINES:
        key = "--engine" if engine or before.engine else VARIABLE
        raise ConfigError(Problem("command line", key, f"there is no engine '{name}'", closest(name, ENGINES)))
    return name


def open_desk(before: Chosen, engine: str | None = None, config_dir: Path | None = None, *, push: bool = False) -> Desk:
    """Choose the engine, say so on stderr, and put everything together. With `push` it begins with what is published."""
    name = engine_name(before, engine)
    here = place.find(config_dir or before.config_dir)
    where = f"world in {here.sandbox}" if name == "sandbox" else "the real cloud"
    err().print(escape(f"engine: {name} ({where})"), style="dim")
    who = actor.current(here.config)
    desk = sandbox_desk(here, who, push=push) if name == "sandbox" else pulumi_desk(here, who, push=push)
    if push:
        if desk.repository is None:
            what = f"{here.config} is in no git repository, so there is nothing to publish"
            raise ConfigError(Problem("command line", "--push", what, "Leave it out, or work in a clone."))
        desk.repository.push()
    return desk


def sandbox_desk(here: place.Place, who: str, *, push: bool = False) -> Desk:
    """Emulated clouds, registry, GitHub and Slack on this machine."""
    from delivery import repository
    from delivery.builds_sandbox import SandboxBuilds, may_start
    from delivery.desk import Desk
    from delivery.engine_sandbox import SandboxEngine
    from delivery.github_sandbox import SandboxGitHub
    from delivery.leftovers_sandbox import SandboxLeftovers
    from delivery.notices_sandbox import SandboxNotices
    from delivery.outbox import Outbox
    from delivery.registry_sandbox import SandboxRegistry
    from delivery.workloads_sandbox import SandboxWorkloads

    engine, found = SandboxEngine(here), repository.find(here.config)
    return Desk(
        place=here,
        engine=engine,
        workloads=SandboxWorkloads(engine, engine.world),
        who=who,
        registry=SandboxRegistry(engine.world),
        outbox=Outbox(here.config, SandboxNotices(here.sandbox, engine.now), who, engine.now),
        github=lambda name: SandboxGitHub(here.sandbox, name, engine.now, found.commit_of if found else _nowhere),
        builds_of=lambda shared: SandboxBuilds(here.sandbox, engine.now, may_start(engine.world, shared, who)),
        leftovers=SandboxLeftovers(engine, engine.world),
        repository=found,
        push=push,
    )


def pulumi_desk(here: place.Place, who: str, *, push: bool = False) -> Desk:
    """The Pulumi CLI and whatever its providers reach, Artifact Registry, GitHub and Slack."""
    from delivery import github_api, repository
    from delivery.builds_http import HttpBuilds
    from delivery.desk import Desk
    from delivery.engine_pulumi import PulumiEngine
    from delivery.leftovers_gcloud import GcloudLeftovers
    from delivery.notices_slack import SlackNotices
    from delivery.outbox import Outbox
    from delivery.registry_http import HttpRegistry
    from delivery.workloads_pulumi import PulumiWorkloads

    engine = PulumiEngine(here)
    return Desk(
        place=here,
        engine=engine,
        workloads=PulumiWorkloads(engine),
        who=who,
        registry=HttpRegistry(),
        outbox=Outbox(here.config, SlackNotices(os.environ), who, engine.now),
        github=github_api.connect,
        builds_of=lambda shared: HttpBuilds(shared.project, shared.region),
        leftovers=GcloudLeftovers(engine, here),
        repository=repository.find(here.config),
        push=push,
    )


def _nowhere(branch: str) -> str | None:
    return None
