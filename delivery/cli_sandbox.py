"""`slipway sandbox ...`: only wiring."""

from typing import Annotated

import typer

from delivery import options as opt
from delivery import screen
from delivery.opening import open_desk

app = typer.Typer(help="What only the sandbox has.", no_args_is_help=True)


@app.command("push")
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


@app.command("serve")
def sandbox_serve(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Start the emulated providers for the real Pulumi CLI and print how to attach it."""
    from delivery import sandbox_serve as verb

    verb.serve(open_desk(context.obj, "sandbox", config_dir))


@app.command("reset")
def sandbox_reset(context: typer.Context, config_dir: opt.ConfigDir = None) -> None:
    """Forget the sandbox's world and states. Files of the config folder stay as they are."""
    from delivery import sandbox_commands

    found = sandbox_commands.reset(open_desk(context.obj, "sandbox", config_dir))
    screen.out().print("the sandbox is empty" if found else "the sandbox was empty already")
