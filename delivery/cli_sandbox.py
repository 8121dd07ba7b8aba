"""`slipway sandbox ...`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape

from delivery import (
    cli_clock,
    cli_fault,
    cli_sandbox_build,
    cli_sandbox_by_hand,
    cli_sandbox_github,
    completion,
    screen,
)
from delivery import options as opt
from delivery.opening import open_desk

app = typer.Typer(help="What only the sandbox has.", no_args_is_help=True)
app.add_typer(cli_fault.app, name="fault")
app.add_typer(cli_clock.app, name="clock")
app.command("pull-request")(cli_sandbox_github.pull_request)
app.command()(cli_sandbox_github.review)
app.command()(cli_sandbox_github.check)
app.command()(cli_sandbox_github.team)
app.command("build")(cli_sandbox_build.sandbox_build)
app.command("change")(cli_sandbox_by_hand.sandbox_change)
app.command("delete")(cli_sandbox_by_hand.sandbox_delete)


@app.command("push")
def sandbox_push(
    context: typer.Context,
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE@DIGEST...", help="Images of the catalogue, or full references.")
    ],
    crash: Annotated[bool, typer.Option("--crash", help="Its containers die when they start.")] = False,
    crash_with: Annotated[
        str | None,
        typer.Option("--crash-with", metavar="ARG", help="Those of its containers die that start with this argument."),
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Without the pipeline's signature.")] = False,
    commit: Annotated[
        str | None,
        typer.Option(
            "--commit", metavar="SHA", help="As the build of a pull request's commit: where previews take images from."
        ),
    ] = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Put images into the emulated registry."""
    from delivery import sandbox_commands

    desk = open_desk(context.obj, "sandbox", config_dir)
    pushed = sandbox_commands.push(desk, images, crash, unsigned, crash_with, commit=commit)
    if as_json or context.obj.json:
        screen.print_json({"pushed": pushed, "crash": crash, "crash_with": crash_with})
    else:
        fate = ", which crashes" if crash else f", which crashes with {crash_with}" if crash_with else ""
        for reference in pushed:
            screen.out().print(f"pushed {reference}{escape(fate)}")


@app.command("lose")
def sandbox_lose(
    context: typer.Context,
    image: Annotated[str, typer.Argument(metavar="IMAGE@DIGEST", help="An image of the catalogue, or a reference.")],
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Let the emulated registry lose an image: the opposite of push."""
    from delivery import sandbox_commands

    lost = sandbox_commands.lose(open_desk(context.obj, "sandbox", config_dir), image)
    if as_json or context.obj.json:
        screen.print_json({"lost": lost})
    else:
        screen.out().print(f"lost {lost}")


@app.command("serve")
def sandbox_serve(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Start the emulated providers for the real Pulumi CLI and print how to attach it."""
    from delivery import sandbox_serve as verb

    verb.serve(open_desk(context.obj, "sandbox", config_dir))


@app.command("inspect")
def sandbox_inspect(
    context: typer.Context,
    stack: Annotated[
        str | None,
        typer.Option("--stack", metavar="STACK", help="Only what this stack made.", autocompletion=completion.stacks),
    ] = None,
    as_tree: Annotated[bool, typer.Option("--tree", help="What is in what, instead of a table.")] = False,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What exists in the emulated clouds, without its properties."""
    from delivery import sandbox_inspect

    found = sandbox_inspect.gather(open_desk(context.obj, "sandbox", config_dir), stack)
    if as_json or context.obj.json:
        screen.print_json(sandbox_inspect.as_json(found))
    else:
        screen.out().print(sandbox_inspect.tree(found) if as_tree else sandbox_inspect.table(found))


@app.command("notices")
def sandbox_notices(context: typer.Context, config_dir: opt.ConfigDir = None, as_json: opt.Json = False) -> None:
    """What people would have been told, and in which channel."""
    from delivery import notices_report, notices_sandbox

    sent = notices_sandbox.sent(open_desk(context.obj, "sandbox", config_dir).place.sandbox)
    if as_json or context.obj.json:
        screen.print_json({"notices": [each.as_json() for each in sent]})
    elif sent:
        screen.out().print(notices_report.sandbox_table(sent))
    else:
        screen.out().print("nobody was told anything")


@app.command("reset")
def sandbox_reset(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Forget the sandbox's world, states, GitHub and notices. Files of the config folder stay as they are."""
    from delivery import sandbox_commands

    found = sandbox_commands.reset(open_desk(context.obj, "sandbox", config_dir))
    screen.out().print("the sandbox is empty" if found else "the sandbox was empty already")
