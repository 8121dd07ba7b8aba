"""`slipway pr ...`: only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from delivery import completion, screen
from delivery import options as opt
from delivery.opening import open_desk

if TYPE_CHECKING:
    from delivery.desk import Desk
    from delivery.engines import Update

app = typer.Typer(help="Previews: a pull request's own copy of the services.", no_args_is_help=True)

DEFAULT_WAIT = 20
"""Minutes: what a build of all images takes with a cold cache, and some."""


@app.command("open")
def pr_open(
    context: typer.Context,
    number: opt.Number,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="NAME", help="Its branch. Default: as before, or what GitHub says."),
    ] = None,
    commit: Annotated[
        str | None, typer.Option("--commit", metavar="SHA", help="The commit that its images are built of.")
    ] = None,
    changed: Annotated[
        str | None,
        typer.Option(
            "--changed",
            metavar="SERVICE,...",
            help="All services that it changes: their images are the commit's.",
            autocompletion=completion.services_listed,
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="IMAGE=DIGEST", help="One image that it changes; the others are the base's."),
    ] = None,
    built: Annotated[
        bool,
        typer.Option("--built", help="What is built of the commit is what it changes. Default of --commit: its head."),
    ] = False,
    fork: Annotated[
        bool | None, typer.Option("--fork/--no-fork", help="A stranger's: without secrets and data of the base.")
    ] = None,
    wait: Annotated[
        int, typer.Option("--wait", metavar="MINUTES", min=0, help="How long to wait for images that are being built.")
    ] = DEFAULT_WAIT,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Make the preview of a pull request, or bring it up to date."""
    from delivery import preview, preview_images, progress, releases

    preview_images.one_way(built, changed is not None, bool(image))
    desk = open_desk(context.obj, engine, config_dir)
    services = [name.strip() for name in changed.split(",") if name.strip()] if changed is not None else []
    images = preview_images.asked_for(desk, releases.parse_images(image or [], "--image"), services)
    asked = preview.Request(number, branch, commit, fork, images, changed is not None, wait * 60.0, built)
    with progress.shown(f"Opening the preview of pull request {number}") as report:
        update = preview.open_preview(desk, asked, report, lambda line: screen.err().print(escape(line)))
    _tell(desk, update, "is open", as_json or context.obj.json)


@app.command("plan")
def pr_plan(
    context: typer.Context,
    number: opt.Number,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="Its branch. Default: what GitHub says.")
    ] = None,
    fork: Annotated[
        bool | None, typer.Option("--fork/--no-fork", help="A stranger's: without secrets and data of the base.")
    ] = None,
    comment: Annotated[bool, typer.Option("--comment", help="Say it on the pull request.")] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Plan the preview of a pull request in a sandbox that is thrown away: without credentials, for strangers' too."""
    from delivery import policing, preview, preview_plan, progress
    from delivery import report as report_lines

    desk = open_desk(context.obj, engine, config_dir)
    with progress.shown(f"Planning the preview of pull request {number}", every_step=False) as report:
        update = preview_plan.plan(desk, preview.Request(number, branch, fork=fork), report)
    url = preview_plan.tell(desk, number, update) if comment else ""
    if as_json or context.obj.json:
        screen.print_json({**update.as_json(), **({"comment": url} if url else {})})
    else:
        for line in report_lines.lines(update):
            screen.out().print(line)
        if url:
            screen.out().print(escape(f"commented on pull request {number}: {url}"))
    if code := policing.code(update):
        raise typer.Exit(code)


@app.command("close")
def pr_close(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Remove a preview and everything that it made."""
    from delivery import preview, progress
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


@app.command("follow")
def pr_follow(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Do what GitHub says of a pull request: close its preview when it is closed, build it anew when it was pushed to."""
    from delivery import preview_follow, progress

    followed = preview_follow.follow(open_desk(context.obj, engine, config_dir), number, progress.shown)
    if as_json or context.obj.json:
        screen.print_json(followed.as_json())
        return
    screen.out().print(escape(followed.said))
    if followed.url:
        screen.out().print(escape(f"  {followed.url}"))


@app.command("list")
def pr_list(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """All previews, whoever opened them: state, branch, and when each is closed."""
    from delivery import preview_list, preview_report

    desk = open_desk(context.obj, engine, config_dir)
    found, now = preview_list.known_previews(desk), desk.engine.now()
    if as_json or context.obj.json:
        screen.print_json({"previews": [each.as_json(now) for each in found]})
    elif found:
        screen.out().print(preview_report.table(found, now))
    else:
        screen.out().print("no preview is open")


@app.command("show")
def pr_show(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """One preview: addresses, digests, pods, how long it lives, what it costs, and how to look inside."""
    from delivery import preview_report

    desk = open_desk(context.obj, engine, config_dir)
    found = preview_report.gather(desk, number)
    if as_json or context.obj.json:
        screen.print_json(found)
        return
    for line in preview_report.lines(found):
        screen.out().print(escape(line))


@app.command("extend")
def pr_extend(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Say that a preview is still needed: its time begins anew."""
    from delivery import preview, progress

    desk = open_desk(context.obj, engine, config_dir)
    with progress.shown(f"Extending the preview of pull request {number}") as report:
        update = preview.extend(desk, number, report)
    _tell(desk, update, "lives longer", as_json or context.obj.json)


@app.command("sleep")
def pr_sleep(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Stop a preview's pods; everything else of it stays."""
    from delivery import preview, progress

    desk = open_desk(context.obj, engine, config_dir)
    with progress.shown(f"Putting the preview of pull request {number} to sleep") as report:
        update = preview.sleep(desk, number, report)
    _tell(desk, update, "is asleep", as_json or context.obj.json)


@app.command("wake")
def pr_wake(
    context: typer.Context,
    number: opt.Number,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Start a sleeping preview's pods again."""
    from delivery import preview, progress

    desk = open_desk(context.obj, engine, config_dir)
    with progress.shown(f"Waking the preview of pull request {number}") as report:
        update = preview.wake(desk, number, report)
    _tell(desk, update, "is awake", as_json or context.obj.json)


@app.command("sweep")
def pr_sweep(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do what is due. Without it, it is only told, with exit code 4.")
    ] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What time and lost closes leave to be done: previews to warn, put to sleep or close, and what belongs to none."""
    from delivery import preview_sweep

    desk = open_desk(context.obj, engine, config_dir)
    raise typer.Exit(preview_sweep.sweep(desk, yes, as_json or context.obj.json))


def _tell(desk: Desk, update: Update, became: str, as_json: bool) -> None:
    from delivery import preview_report

    preview_report.print_update(desk, update, became, as_json)
