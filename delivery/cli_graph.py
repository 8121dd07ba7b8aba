"""`slipway graph`: only wiring."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, screen
from delivery import options as opt
from delivery.atomic import replace_text
from delivery.opening import Chosen, open_desk
from model.errors import ConfigError, Problem


def graph(
    context: typer.Context,
    stack: opt.Stack,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="svg|mermaid|json",
            help="Default: by the ending of FILE, or svg.",
            autocompletion=completion.one_of("svg", "mermaid", "json"),
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to stdout: .svg, .mmd or .json."),
    ] = None,
    timeline: Annotated[
        bool,
        typer.Option(
            "--timeline",
            help="A Gantt chart with the critical path: how long it would take on Google Cloud to create all that the stack has.",
        ),
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="With --timeline: the update instead that `slipway plan` shows.")
    ] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Draw a stack that is up: its components and what uses what, or how long it takes to make them."""
    from delivery import drawing

    chosen: Chosen = context.obj
    wanted = drawing.chosen(format, output, as_json or chosen.json)
    if plan and not timeline:
        what = "a plan is drawn as a timeline only"
        raise ConfigError(Problem("command line", "--plan", what, "Add --timeline."))
    if output is not None:
        drawing.check(output)
    desk = open_desk(chosen, engine, config_dir)
    shown = drawing.timeline(desk, stack, plan) if timeline else drawing.picture(desk, stack)
    if wanted == "json":
        text = json.dumps(shown.as_json(), indent=2, ensure_ascii=False) + "\n"
    else:
        text = drawing.drawn(shown, wanted)
    if output is None:
        sys.stdout.write(text)
        return
    replace_text(output, text)
    screen.err().print(escape(f"wrote {output}"))
