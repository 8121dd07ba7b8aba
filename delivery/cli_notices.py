"""`slipway notices ...`: only wiring."""

import typer

from delivery import options as opt
from delivery import screen
from delivery.opening import open_desk

app = typer.Typer(help="What people were to be told of releases and were not.", no_args_is_help=True)


@app.command("list")
def notices_list(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Notices that did not arrive and are kept, oldest first."""
    from delivery import notices_report

    kept = open_desk(context.obj, engine, config_dir).outbox.kept()
    if as_json or context.obj.json:
        screen.print_json(notices_report.as_json(kept))
    elif kept:
        screen.out().print(notices_report.table(kept))
    else:
        screen.out().print("every notice has arrived")


@app.command("retry")
def notices_retry(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Send what is kept, oldest first."""
    from delivery import notices_report

    came = notices_report.retried(open_desk(context.obj, engine, config_dir))
    if came.left:
        raise notices_report.failure(came)
    if as_json or context.obj.json:
        screen.print_json(came.as_json())
    else:
        screen.out().print(notices_report.outcome(came))
