"""`slipway pr ...`: only wiring."""

from typing import Annotated

import typer

from delivery import options as opt
from delivery import progress, screen
from delivery.opening import open_desk

app = typer.Typer(help="Previews: a pull request's own copy of the services.", no_args_is_help=True)


@app.command("open")
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


@app.command("close")
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
