"""`slipway sandbox clock ...`: only wiring."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from delivery import options as opt
from delivery import screen, time_spans
from delivery.opening import Chosen, open_desk

app = typer.Typer(help="The sandbox's virtual clock.", no_args_is_help=True)


@app.command("show")
def clock_show(context: typer.Context, config_dir: opt.ConfigDir = None, as_json: opt.Json = False) -> None:
    """What time it is in the sandbox."""
    _tell(context.obj, open_desk(context.obj, "sandbox", config_dir).engine.now(), as_json)


@app.command("advance")
def clock_advance(
    context: typer.Context,
    span: Annotated[str, typer.Argument(metavar="SPAN", help="90s, 15m, 2h30m, 7d or 1w.")],
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Move the clock forward; it never goes back."""
    from delivery import sandbox_commands

    seconds = time_spans.parse(span, "SPAN")
    world = sandbox_commands.world_of(open_desk(context.obj, "sandbox", config_dir))
    _tell(context.obj, datetime.fromtimestamp(world.advance(seconds), UTC), as_json)


def _tell(before: Chosen, now: datetime, as_json: bool) -> None:
    if as_json or before.json:
        screen.print_json({"now": now.isoformat(timespec="seconds")})
    else:
        screen.out().print(now.strftime("%Y-%m-%d %H:%M:%S UTC"))
