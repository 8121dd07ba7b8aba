"""The `slipway` command: only wiring. What a verb does stands in the module that it calls.

Nothing slow is imported to list the commands: what a shell completes is asked for at every press of a key.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from delivery import (
    cli_apply,
    cli_bootstrap,
    cli_cost,
    cli_drift,
    cli_git,
    cli_graph,
    cli_init,
    cli_ledger,
    cli_migrations,
    cli_moving,
    cli_notices,
    cli_pipeline,
    cli_pr,
    cli_release,
    cli_report,
    cli_sandbox,
    cli_security,
    cli_status,
    command_line,
    endings,
    screen,
)
from delivery import options as opt
from delivery.opening import Chosen, open_desk

if TYPE_CHECKING:
    from delivery.engines import Mode, Part

app = typer.Typer(
    help="The paved road from a pull request to production.",
    no_args_is_help=True,
)
app.add_typer(cli_release.app, name="release")
app.add_typer(cli_pr.app, name="pr")
app.add_typer(cli_pipeline.app, name="pipeline")
app.add_typer(cli_notices.app, name="notices")
app.add_typer(cli_security.app, name="security")
app.add_typer(cli_migrations.app, name="migrations")
app.add_typer(cli_sandbox.app, name="sandbox")
app.command()(cli_init.init)
app.command()(cli_bootstrap.bootstrap)
app.command()(cli_bootstrap.doctor)
app.command("git-credential", hidden=True)(cli_git.git_credential)
for verb in (
    cli_apply.plan,
    cli_apply.apply,
    cli_cost.cost,
    cli_drift.drift,
    cli_moving.deploy,
    cli_moving.promote,
    cli_moving.rollback,
    cli_moving.approve,
    cli_moving.hold,
    cli_moving.unhold,
    cli_report.report,
    cli_ledger.history,
    cli_graph.graph,
    cli_status.status,
    cli_status.diff,
):
    app.command()(verb)
app.add_typer(cli_ledger.app, name="audit")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        sys.stdout.write(f"slipway {metadata.version('slipway')}\n")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """The paved road from a pull request to production."""
    context.obj = Chosen(engine, config_dir, as_json)


@app.command()
def up(
    context: typer.Context,
    stack: opt.Stack,
    target: opt.Targets = None,
    target_dependents: opt.Dependents = False,
    replace: opt.Replaces = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
    events: opt.Events = False,
) -> None:
    """Make a stack what its files say."""
    from delivery import limits

    part = limits.part(target, target_dependents, replace)
    _run(context, stack, "up", part, engine, config_dir, as_json, events)


@app.command()
def refresh(
    context: typer.Context,
    stack: opt.Stack,
    target: opt.Targets = None,
    target_dependents: opt.Dependents = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
    events: opt.Events = False,
) -> None:
    """Take what the cloud says of a stack's resources into its state."""
    from delivery import limits

    part = limits.part(target, target_dependents)
    _run(context, stack, "refresh", part, engine, config_dir, as_json, events)


@app.command()
def destroy(
    context: typer.Context,
    stack: opt.Stack,
    yes: opt.Yes = False,
    target: opt.Targets = None,
    target_dependents: opt.Dependents = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
    events: opt.Events = False,
) -> None:
    """Take down everything that a stack made."""
    from delivery import limits

    part = limits.part(target, target_dependents)
    _run(context, stack, "destroy", part, engine, config_dir, as_json, events, yes)


@app.command()
def outputs(
    context: typer.Context,
    stack: opt.Stack,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Print secrets in clear.")] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What a stack exports."""
    from delivery import stack_commands

    found = stack_commands.outputs(open_desk(context.obj, engine, config_dir), stack, show_secrets)
    if as_json or context.obj.json:
        screen.print_json(found)
        return
    for name, value in found.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        screen.out().print(f"[bold]{escape(name)}[/]: {escape(text)}")


@app.command()
def demo(
    context: typer.Context,
    example: Annotated[
        str, typer.Option("--example", metavar="NAME", help="That of another system: a folder of 'examples'.")
    ] = "",
) -> None:
    """The whole life of a release in a sandbox of its own, every claim verified."""
    from delivery import demo as verb

    verb.play(example)


def _run(
    context: typer.Context,
    stack: str,
    mode: Mode,
    part: Part,
    engine: str | None,
    config_dir: Path | None,
    as_json: bool,
    events: bool,
    yes: bool = True,
) -> None:
    from delivery import policing, progress, progress_events, report, stack_commands

    as_json = as_json or context.obj.json
    stream = opt.stream(events, as_json)
    desk = open_desk(context.obj, engine, config_dir)
    stack_commands.agree(desk, stack, part, yes)
    show = progress_events.streamed if stream else progress.shown
    update = stack_commands.update(desk, stack, mode, part, show)
    if stream:
        progress_events.end(update.as_json())
    elif as_json:
        screen.print_json(update.as_json())
    else:
        for line in report.lines(update):
            screen.out().print(line)
    if code := policing.code(update):
        raise typer.Exit(code)


command_line.dress(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of the command."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with endings.told(as_json="--json" in given):
        sys.exit(command_line.run(app, given))
