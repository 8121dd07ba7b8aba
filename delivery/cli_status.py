"""`slipway status` and `slipway diff`: only wiring."""

from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from delivery import completion, screen
from delivery import options as opt
from delivery.opening import open_desk
from model.errors import ConfigError, Problem

EVERY_SECONDS = 5.0


def status(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.2, help="With --watch: how often.")
    ] = EVERY_SECONDS,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What runs where, read from the clusters now, and what may come next."""
    from delivery import status as verb
    from delivery import status_table, status_watch
    from model.catalogue import load_catalogue

    desk = open_desk(context.obj, engine, config_dir)
    if as_json or context.obj.json:
        if watch:
            remedy = "Leave one of them out; a program asks again by itself."
            raise ConfigError(Problem("command line", "--watch", "it does not go with --json", remedy))
        screen.print_json(verb.as_json(verb.gather(desk)))
        return

    def look() -> Group:
        found = verb.gather(desk)
        grid = status_table.fitting(screen.out(), load_catalogue(desk.place.config).services, found)
        grid.caption = f"{desk.engine.now():%Y-%m-%d %H:%M:%S} UTC" if watch else None
        said = (Text(line, style="yellow") for line in (*verb.remarks(found), *verb.refusals(found)))
        return Group(grid, *said)

    if watch:
        status_watch.watch(look, every)
    else:
        screen.out().print(look())


def diff(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Argument(
            metavar="ENV", help="An environment or a preview, such as dev.", autocompletion=completion.stacks
        ),
    ],
    after: Annotated[
        str,
        typer.Argument(metavar="OTHER", help="What to hold beside it, such as prod.", autocompletion=completion.stacks),
    ],
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """How two environments differ: digests, commits, sizes and decisions, as their files have them."""
    from delivery import stack_diff

    desk = open_desk(context.obj, engine, config_dir)
    found = stack_diff.difference(desk.place.config, before, after)
    if as_json or context.obj.json:
        screen.print_json(found.as_json())
    else:
        screen.out().print(stack_diff.table(found))
