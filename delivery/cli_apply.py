"""`slipway plan` and `slipway apply`: only wiring."""

from pathlib import Path
from typing import Annotated

import typer

from delivery import completion
from delivery import options as opt
from delivery.cli_moving import DryRun, Push
from delivery.opening import Chosen, open_desk


def plan(
    context: typer.Context,
    stacks: opt.Stacks = None,
    comment: Annotated[
        int | None,
        typer.Option(
            "--comment",
            metavar="N",
            min=1,
            max=99999,  # as PullRequest.number
            help="Show the plans as one comment on this pull request of the platform repository; without STACK of all, with "
            "one STACK as its own.",
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write what the comment would say into this file, for --saved."),
    ] = None,
    saved: Annotated[
        str | None,
        typer.Option(
            "--saved", metavar="TEXT", help="Plan nothing: the comment says what --save has written, given as base64."
        ),
    ] = None,
    target: opt.Targets = None,
    target_dependents: opt.Dependents = False,
    replace: opt.Replaces = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
    events: opt.Events = False,
) -> None:
    """Show what `up` would change; nothing is touched."""
    from delivery import limits, planning

    chosen: Chosen = context.obj
    as_json = as_json or chosen.json
    stream = opt.stream(events, as_json)
    part = limits.part(target, target_dependents, replace)
    desk = open_desk(chosen, engine, config_dir)
    if saved is not None:
        code = planning.saved(desk, stacks or [], comment, saved)
    else:
        code = planning.show(desk, stacks or [], comment, part, as_json, stream, save)
    if code:
        raise typer.Exit(code)


def apply(
    context: typer.Context,
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENV]...",
            help="Only these, or shared. Default: all, in order.",
            autocompletion=completion.stacks,
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", metavar="MINUTES", min=0, help="How long to wait for somebody else's run.")
    ] = 30.0,
    dry_run: DryRun = False,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Bring what was merged to every environment, in the order of promotion."""
    from delivery import applying

    chosen: Chosen = context.obj
    desk = applying.publishing(open_desk(chosen, engine, config_dir), push)
    applying.apply(desk, environments or [], wait * 60, dry_run, as_json or chosen.json)
