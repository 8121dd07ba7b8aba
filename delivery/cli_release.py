"""`slipway release ...`: only wiring."""

from typing import Annotated

import typer

from delivery import options as opt
from delivery import screen
from delivery.opening import open_desk

app = typer.Typer(help="Releases: what was built together.", no_args_is_help=True)


@app.command("record")
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
