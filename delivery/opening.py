"""From options to a desk: which engine, over which folders. Engines are imported only when they are chosen."""

import os
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from delivery import actor, place
from delivery.desk import Desk
from delivery.screen import err
from model.errors import ConfigError, Problem, closest

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


def open_desk(before: Chosen, engine: str | None = None, config_dir: Path | None = None) -> Desk:
    """Choose the engine, say so on stderr, and put everything together."""
    name = engine_name(before, engine)
    here = place.find(config_dir or before.config_dir)
    where = f"world in {here.sandbox}" if name == "sandbox" else "the real cloud"
    err().print(escape(f"engine: {name} ({where})"), style="dim")
    who = actor.current(here.config)
    return sandbox_desk(here, who) if name == "sandbox" else pulumi_desk(here, who)


def sandbox_desk(here: place.Place, who: str) -> Desk:
    """Emulated clouds on this machine."""
    from delivery.engine_sandbox import SandboxEngine
    from delivery.workloads_sandbox import SandboxWorkloads

    engine = SandboxEngine(here)
    return Desk(here, engine, SandboxWorkloads(engine, engine.world), who)


def pulumi_desk(here: place.Place, who: str) -> Desk:
    """The Pulumi CLI and whatever its providers reach."""
    from delivery.engine_pulumi import PulumiEngine
    from delivery.workloads_pulumi import PulumiWorkloads

    engine = PulumiEngine(here)
    return Desk(here, engine, PulumiWorkloads(engine), who)
