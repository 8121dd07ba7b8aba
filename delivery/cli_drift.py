"""`slipway drift`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape

from delivery import options as opt
from delivery import screen
from delivery.opening import open_desk


def drift(
    context: typer.Context,
    stacks: opt.Stacks = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Shared stacks and environments; those that are not up are left out.")
    ] = False,
    notify: Annotated[bool, typer.Option("--notify", help="Tell people of what is found.")] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What in the cloud differs from a stack's state. Changes nothing. Exit code 4 where anything does."""
    from delivery import drift_notice, drift_report, drifting

    desk = open_desk(context.obj, engine, config_dir)
    found = drifting.gather_all(desk, stacks or (), all_)
    if notify:
        for each in found:
            drift_notice.tell(desk, each)
    if as_json or context.obj.json:
        screen.print_json({"stacks": {each.stack: each.as_json() for each in found}})
    else:
        for each in found:
            for line in drift_report.lines(each):
                screen.out().print(line)
        for line in drift_report.next_step(found):
            screen.out().print(escape(line))
    if code := drifting.ending(found):
        raise typer.Exit(code)
