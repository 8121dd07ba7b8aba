"""`slipway sandbox fault ...`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, screen, time_spans
from delivery import options as opt
from delivery.opening import open_desk

app = typer.Typer(help="Failures of the emulated clouds, planned.", no_args_is_help=True)


@app.command("plan")
def fault_plan(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="A type token such as gcp:pubsub/topic:Topic, or *.")],
    operation: Annotated[
        str,
        typer.Argument(
            metavar="OPERATION",
            help="create, update, delete, read or invoke.",
            autocompletion=completion.one_of("create", "update", "delete", "read", "invoke"),
        ),
    ],
    effect: Annotated[
        str,
        typer.Argument(
            metavar="EFFECT",
            help="fail, crash, delay, timeout, quota or permission.",
            autocompletion=completion.one_of("fail", "crash", "delay", "timeout", "quota", "permission"),
        ),
    ],
    nth: Annotated[int, typer.Option("--nth", metavar="N", min=1, help="At which matching call from now on.")] = 1,
    span: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="Of a delay: 90s, 15m, 2h.")] = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Let the n-th call of an operation on a type go wrong, once."""
    from delivery import sandbox_commands, sandbox_faults

    world = sandbox_commands.world_of(open_desk(context.obj, "sandbox", config_dir))
    seconds = time_spans.parse(span, "--for") if span is not None else None
    fault = sandbox_faults.plan(world, type_, operation, effect, nth, seconds)
    if as_json or context.obj.json:
        screen.print_json(sandbox_faults.as_json([fault])["faults"][0])
    else:
        screen.out().print(escape(f"planned: {sandbox_faults.described(fault)}"))


@app.command("list")
def fault_list(context: typer.Context, config_dir: opt.ConfigDir = None, as_json: opt.Json = False) -> None:
    """What is planned, and what has struck."""
    from delivery import sandbox_commands, sandbox_faults
    from sandbox.clouds.faults import Faults

    planned = Faults(sandbox_commands.world_of(open_desk(context.obj, "sandbox", config_dir))).planned()
    if as_json or context.obj.json:
        screen.print_json(sandbox_faults.as_json(planned))
    elif planned:
        screen.out().print(sandbox_faults.table(planned))
    else:
        screen.out().print("no fault is planned")


@app.command("clear")
def fault_clear(context: typer.Context, config_dir: opt.ConfigDir = None, as_json: opt.Json = False) -> None:
    """Forget all faults, struck or not."""
    from delivery import sandbox_commands
    from sandbox.clouds.faults import Faults

    faults = Faults(sandbox_commands.world_of(open_desk(context.obj, "sandbox", config_dir)))
    count = len(faults.planned())
    faults.clear()
    if as_json or context.obj.json:
        screen.print_json({"cleared": count})
    else:
        screen.out().print(f"cleared {count} fault{'' if count == 1 else 's'}")
