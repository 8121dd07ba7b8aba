"""`slipway release ...`: only wiring."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, place, screen
from delivery import options as opt
from delivery.opening import open_desk

app = typer.Typer(help="Releases: what was built together.", no_args_is_help=True)

Release = Annotated[
    str,
    typer.Argument(metavar="RELEASE", help="YYYY.MM.DD.NNNN", autocompletion=completion.releases),
]
Branch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="What it is built of. Default: the only one there is.")
]
Push = Annotated[bool, typer.Option("--push", help="Publish it; it counts only once it is published.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for the ledger.")]


@app.command("allocate")
def release_allocate(
    context: typer.Context,
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="What is to be built: all 40 digits.")] = "",
    branch: Branch = None,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Reserve the next id, before the build. It goes to stdout, and to nobody else ever."""
    from delivery import release_commands

    desk = open_desk(context.obj, engine, config_dir)
    release_id = release_commands.allocate(desk, commit, push, release_commands.branch_of(desk, branch))
    if as_json or context.obj.json:
        screen.print_json({"id": release_id, "commit": commit, "published": push})
    else:
        screen.out().print(release_id)


@app.command("record")
def release_record(
    context: typer.Context,
    images: Annotated[list[str], typer.Argument(metavar="IMAGE=DIGEST...", help="Every image of the catalogue.")],
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="All 40 digits.")],
    migration: Annotated[
        str | None,
        typer.Option(
            "--migration",
            metavar="expand|contract|coordinated|none",
            help="Default: what --migrations says.",
            autocompletion=completion.one_of("expand", "contract", "coordinated", "none"),
        ),
    ] = None,
    migrations: Annotated[
        Path | None, typer.Option("--migrations", metavar="DIR", help="The team's migrations: what is new is told.")
    ] = None,
    build: Annotated[str, typer.Option("--build", metavar="URL", help="Where the build can be looked at.")] = "",
    author: Annotated[str, typer.Option("--author", metavar="WHO", help="Who wrote it: e-mail address or login.")] = "",
    release_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="As allocated. Default: the day's next number.")
    ] = "",
    branch: Branch = None,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Record what was built together. The id goes to stdout."""
    from delivery import release_commands, releases
    from model.catalogue import load_catalogue

    desk = open_desk(context.obj, engine, config_dir)
    pairs = releases.parse_images(images)
    draft = releases.draft(
        load_catalogue(desk.place.config),
        commit,
        pairs,
        migration or "none",
        build,
        release_id,
        author,
        release_commands.branch_of(desk, branch),
    )
    made = release_commands.record(desk, draft, push, migrations, migration)
    if as_json or context.obj.json:
        screen.print_json(made.as_json())
    else:
        screen.out().print(made.id)


@app.command("list")
def release_list(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many; 0 for all.")] = 20,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """The releases, newest first, and ids whose builds have not recorded anything."""
    from delivery import release_report, releases

    here = place.find(config_dir or context.obj.config_dir)
    found = release_report.listing(releases.Releases(here.config).entries(), limit)
    if as_json or context.obj.json:
        screen.print_json(found)
    else:
        screen.out().print(release_report.table(found))


@app.command("show")
def release_show(
    context: typer.Context, release: Release, config_dir: opt.ConfigDir = None, as_json: opt.Json = False
) -> None:
    """Everything about one release."""
    from delivery import release_report, releases

    here = place.find(config_dir or context.obj.config_dir)
    found = release_report.as_json(releases.Releases(here.config).entries(), release)
    if as_json or context.obj.json:
        screen.print_json(found)
        return
    for line in release_report.lines(found):
        screen.out().print(escape(line))


@app.command("diff")
def release_diff(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Argument(metavar="A", help="YYYY.MM.DD.NNNN", autocompletion=completion.releases),
    ],
    after: Annotated[
        str,
        typer.Argument(metavar="B", help="YYYY.MM.DD.NNNN", autocompletion=completion.releases),
    ],
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What changes from one release to another: commit, digests, migrations."""
    from delivery import releases
    from delivery.release_diff import difference

    here = place.find(config_dir or context.obj.config_dir)
    found = difference(releases.Releases(here.config), before, after)
    if as_json or context.obj.json:
        screen.print_json(found.as_json())
        return
    for line in found.lines():
        screen.out().print(escape(line))


@app.command("mark-bad")
def release_mark_bad(
    context: typer.Context,
    release: Release,
    why: Why,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Say that a release must go nowhere any more."""
    from delivery import release_commands

    desk = open_desk(context.obj, engine, config_dir)
    entry = release_commands.open_releases(desk, push).mark_bad(release, why, desk.who, desk.engine.now())
    if as_json or context.obj.json:
        screen.print_json(entry.as_json())
    else:
        screen.out().print(escape(f"{release} is marked bad: {entry.facts['why']}"))


@app.command("unmark")
def release_unmark(
    context: typer.Context,
    release: Release,
    why: Why,
    push: Push = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Take the bad mark from a release."""
    from delivery import release_commands

    desk = open_desk(context.obj, engine, config_dir)
    entry = release_commands.open_releases(desk, push).unmark(release, why, desk.who, desk.engine.now())
    if as_json or context.obj.json:
        screen.print_json(entry.as_json())
    else:
        screen.out().print(f"{release} is not marked bad any more")
