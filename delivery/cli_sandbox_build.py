"""`slipway sandbox build`: only wiring."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from delivery import completion, screen
from delivery import options as opt
from delivery.errors import ExitCode
from delivery.opening import Chosen, open_desk

if TYPE_CHECKING:
    from delivery.build_run import Tell
    from pipelines.build import Build


def sandbox_build(
    context: typer.Context,
    trigger: Annotated[
        str,
        typer.Argument(
            metavar="[TRIGGER]",
            help="What is started, such as main. Default: what is waiting.",
            autocompletion=completion.triggers,
        ),
    ] = "",
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="What is built: all 40 digits.")] = "",
    number: Annotated[int, typer.Option("--pull-request", metavar="N", min=0, help="Of which it is; 0 for none.")] = 0,
    branch: Annotated[str, typer.Option("--branch", metavar="NAME", help="The branch of the commit.")] = "main",
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="_NAME=VALUE", help="A parameter of a trigger started by hand.")
    ] = None,
    approved: Annotated[bool, typer.Option("--approved", help="Somebody has agreed that it starts.")] = False,
    failing: Annotated[str, typer.Option("--fail", metavar="STEP", help="A step that shall fail.")] = "",
    finding: Annotated[
        str, typer.Option("--finding", metavar="CVSS", help="What scanners find, such as 9.8. Default: nothing.")
    ] = "",
    source: Annotated[
        Path | None,
        typer.Option("--source", metavar="DIR", help="A clone of the application repository. Default: no code."),
    ] = None,
    action: Annotated[
        str, typer.Option("--action", metavar="NAME", help="What GitHub reports of the pull request, such as closed.")
    ] = "synchronize",
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Run a trigger's build in the sandbox, and what its end starts, as the emulated Cloud Build has them."""
    from delivery import build_view, sandbox_builds, sandbox_events

    chosen: Chosen = context.obj
    desk = open_desk(chosen, "sandbox", config_dir)
    wants_json = as_json or chosen.json

    def show(name: str, build: Build) -> AbstractContextManager[Tell]:
        screen.err().print(escape(f"building {name}"))
        return build_view.shown(build)

    shared = sandbox_events.shared_stack(desk)
    if trigger:
        happened = sandbox_events.happened(
            trigger,
            commit,
            number=number,
            branch=branch,
            given=given or [],
            approved=approved,
            failing=failing,
            finding=finding,
            source=source,
            action=action,
        )
        built = sandbox_builds.play(desk, shared, happened, show)
    else:
        built = sandbox_builds.play_queued(desk, shared, show, source, approved=approved)
    if wants_json:
        screen.print_json(
            [{"trigger": each.trigger, "ok": each.ok, "steps": build_view.as_json(each.steps)} for each in built]
        )
    if not built and not wants_json:
        screen.out().print("no build waits")
    for each in built:
        if not wants_json:
            screen.out().print(f"[bold]{escape(each.trigger)}[/]")
            screen.out().print(build_view.timeline(each.steps))
        for line in build_view.failures(each.steps):
            screen.err().print(escape(line))
    if not all(each.ok for each in built):
        raise typer.Exit(ExitCode.FAILED)
