"""The `slipway` command: only wiring. What a verb does stands in the module that it calls."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import options as opt
from delivery import progress, screen
from delivery.errors import Ended, ExitCode, Refused
from delivery.opening import Chosen, open_desk
from model.errors import ConfigError

app = typer.Typer(
    help="The paved road from a pull request to production.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
release_app = typer.Typer(help="Releases: what was built together.", no_args_is_help=True)
pr_app = typer.Typer(help="Previews: a pull request's own copy of the services.", no_args_is_help=True)
sandbox_app = typer.Typer(help="What only the sandbox has.", no_args_is_help=True)
app.add_typer(release_app, name="release")
app.add_typer(pr_app, name="pr")
app.add_typer(sandbox_app, name="sandbox")


@app.callback()
def before(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """The paved road from a pull request to production."""
    context.obj = Chosen(engine, config_dir, as_json)


@app.command()
def up(
    context: typer.Context,
    stack: opt.Stack,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Make a stack what its files say."""
    _run(context, stack, "up", engine, config_dir, as_json)


@app.command()
def plan(
    context: typer.Context,
    stack: opt.Stack,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Show what `up` would change; nothing is touched."""
    _run(context, stack, "plan", engine, config_dir, as_json)


@app.command()
def destroy(
    context: typer.Context,
    stack: opt.Stack,
    yes: opt.Yes = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Take down everything that a stack made."""
    _run(context, stack, "destroy", engine, config_dir, as_json, yes)


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
def deploy(
    context: typer.Context,
    environment: opt.Environment,
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="YYYY.MM.DD.NNNN")],
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Bring a recorded release to the first environment."""
    from delivery import deploy as verb
    from delivery import moving

    desk = open_desk(context.obj, engine, config_dir)
    moving.carry_out(desk, verb.decide(desk, environment, release), as_json or context.obj.json)


@app.command()
def promote(
    context: typer.Context,
    environment: opt.Environment,
    source: Annotated[str | None, typer.Option("--from", metavar="ENV", help="Default: the one before.")] = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Bring what runs, healthy, in the environment before to this one."""
    from delivery import moving
    from delivery import promote as verb

    desk = open_desk(context.obj, engine, config_dir)
    moving.carry_out(desk, verb.decide(desk, environment, source), as_json or context.obj.json)


@app.command()
def status(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What runs where, read from the clusters now."""
    from delivery import status as verb

    desk = open_desk(context.obj, engine, config_dir)
    found = verb.gather(desk)
    if as_json or context.obj.json:
        screen.print_json(verb.as_json(found))
        return
    screen.out().print(verb.table(desk, found))
    for remark in verb.remarks(found):
        screen.out().print(escape(remark), style="yellow")


@app.command()
def demo(context: typer.Context) -> None:
    """The whole life of a release in a sandbox of its own, every claim verified."""
    from delivery import demo as verb

    verb.play()


@release_app.command("record")
def release_record(
    context: typer.Context,
    images: Annotated[list[str], typer.Argument(metavar="IMAGE=DIGEST...", help="Every image of the catalogue.")],
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="All 40 digits.")],
    migration: Annotated[str, typer.Option("--migration", metavar="expand|contract|none")] = "none",
    build: Annotated[str, typer.Option("--build", metavar="URL", help="Where the build can be looked at.")] = "",
    release_id: Annotated[str, typer.Option("--id", metavar="ID", help="Default: the day's next number.")] = "",
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Record what was built together. The id goes to stdout."""
    from delivery import releases
    from model.catalogue import load_catalogue

    desk = open_desk(context.obj, engine, config_dir)
    pairs = releases.parse_images(images)
    draft = releases.draft(load_catalogue(desk.place.config), commit, pairs, migration, build, release_id)
    made = releases.Releases(desk.place.config).record(draft, desk.who, desk.engine.now())
    if as_json or context.obj.json:
        screen.print_json(made.as_json())
    else:
        screen.out().print(made.id)


@pr_app.command("open")
def pr_open(
    context: typer.Context,
    number: opt.Number,
    branch: Annotated[str, typer.Option("--branch", metavar="NAME", help="The branch of the pull request.")],
    image: Annotated[
        list[str] | None, typer.Option("--image", metavar="IMAGE=DIGEST", help="Default: what the base pins.")
    ] = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Make the preview of a pull request, or bring it up to date."""
    from delivery import preview, releases
    from delivery import report as report_lines

    desk = open_desk(context.obj, engine, config_dir)
    images = releases.parse_images(image or [], "--image")
    with progress.shown(f"Opening the preview of pull request {number}") as report:
        update = preview.open_preview(desk, number, branch, images, report)
    if as_json or context.obj.json:
        screen.print_json({**update.as_json(), "namespace": preview.namespace(desk, number)})
        return
    for line in report_lines.lines(update):
        screen.out().print(line)
    screen.out().print(f"preview pr-{number} is open in namespace {preview.namespace(desk, number)}")


@pr_app.command("close")
def pr_close(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Remove a preview and everything that it made."""
    from delivery import preview
    from delivery import report as report_lines

    desk = open_desk(context.obj, engine, config_dir)
    with progress.shown(f"Closing the preview of pull request {number}") as report:
        update = preview.close_preview(desk, number, report)
    if as_json or context.obj.json:
        screen.print_json(update.as_json() if update else {"stack": f"pr-{number}", "changes": {}, "steps": []})
        return
    for line in report_lines.lines(update) if update else ():
        screen.out().print(line)
    screen.out().print(f"preview pr-{number} is closed" if update else f"there was no preview pr-{number}")


@sandbox_app.command("push")
def sandbox_push(
    context: typer.Context,
    image: Annotated[str, typer.Argument(metavar="IMAGE@DIGEST", help="An image of the catalogue, or a reference.")],
    crash: Annotated[bool, typer.Option("--crash", help="Its containers die when they start.")] = False,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Put an image into the emulated registry."""
    from delivery import sandbox_commands

    pushed = sandbox_commands.push(open_desk(context.obj, "sandbox", config_dir), image, crash)
    if as_json or context.obj.json:
        screen.print_json({"pushed": pushed, "crash": crash})
    else:
        screen.out().print(f"pushed {pushed}" + (", which crashes" if crash else ""))


@sandbox_app.command("serve")
def sandbox_serve(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Start the emulated providers for the real Pulumi CLI and print how to attach it."""
    from delivery import sandbox_serve as verb

    verb.serve(open_desk(context.obj, "sandbox", config_dir))


@sandbox_app.command("reset")
def sandbox_reset(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Forget the sandbox's world and states. Files of the config folder stay as they are."""
    from delivery import sandbox_commands

    found = sandbox_commands.reset(open_desk(context.obj, "sandbox", config_dir))
    screen.out().print("the sandbox is empty" if found else "the sandbox was empty already")


def _run(
    context: typer.Context,
    stack: str,
    mode: str,
    engine: str | None,
    config_dir: Path | None,
    as_json: bool,
    yes: bool = True,
) -> None:
    from delivery import report, stack_commands

    desk = open_desk(context.obj, engine, config_dir)
    stack_commands.agree(desk, stack, yes)
    update = stack_commands.update(desk, stack, stack_commands.MODES[mode])
    if as_json or context.obj.json:
        screen.print_json(update.as_json())
    else:
        for line in report.lines(update):
            screen.out().print(line)
    if not update.ok:
        raise typer.Exit(ExitCode.FAILED)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: every way to end has its exit code, and none of them is a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="slipway")
    except ConfigError as error:
        problems = [vars(problem) for problem in error.problems]
        _ended(given, ExitCode.BAD_INPUT, str(error), "", {"problems": problems})
    except Refused as refused:
        lines = [f"  {guard}: {problem}\n    {remedy}" for guard, problem, remedy in refused.refusals]
        _ended(given, refused.code, "\n".join([refused.what, *lines]), "", refused.details)
    except Ended as ended:
        _ended(given, ended.code, ended.what, ended.remedy, ended.details)
    except Exception as error:
        if os.environ.get("SLIPWAY_DEBUG"):
            raise
        _ended(
            given,
            ExitCode.FAILED,
            f"{type(error).__name__}: {error}",
            "This is a fault of slipway itself. Set SLIPWAY_DEBUG=1 to see where it comes from.",
            {},
        )


def _ended(arguments: Sequence[str], code: ExitCode, what: str, remedy: str, details: dict[str, object]) -> None:
    screen.err().print(f"[red]error[/]: {escape(what)}")
    if remedy:
        screen.err().print(escape(remedy))
    if "--json" in arguments:
        screen.print_json({"error": what, "remedy": remedy, **details})
    sys.exit(code)
