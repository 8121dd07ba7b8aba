"""`slipway cost`: only wiring."""

from typing import Annotated

import typer

from delivery import completion
from delivery import options as opt
from delivery.opening import Chosen, open_desk


def cost(
    context: typer.Context,
    stack: Annotated[
        str | None,
        typer.Argument(metavar="[STACK]", help="Such as dev.", show_default=False, autocompletion=completion.stacks),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every stack, and the sum.")] = False,
    other: Annotated[
        str | None,
        typer.Option(
            "--diff",
            metavar="OTHER",
            help="Beside another stack: what that costs more.",
            autocompletion=completion.stacks,
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--pr",
            metavar="N",
            min=1,
            help="The preview of this pull request.",
            autocompletion=completion.previews,
        ),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume", metavar="NAME=NUMBER", help="What no file says, such as build-minutes=500; may be repeated."
        ),
    ] = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What a stack costs a month, at the least and at the most, at list prices."""
    from delivery import cost_command

    chosen: Chosen = context.obj
    desk = open_desk(chosen, engine, config_dir)
    code = cost_command.show(desk, stack, every, other, number, assume or [], as_json or chosen.json)
    if code:
        raise typer.Exit(code)
