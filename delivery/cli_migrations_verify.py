"""`slipway migrations run | verify | pending`: only wiring."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, place, screen
from delivery import options as opt
from delivery.errors import ExitCode
from delivery.opening import open_desk

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the migrations.")]


def run(
    context: typer.Context,
    folder: Folder,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", metavar="URL", help="Default: PGHOST and its like, else DATABASE_HOST and its like."
        ),
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """Run the plain SQL files that a database lacks, each once and whole."""
    from delivery import migrations_run

    wanted = as_json or context.obj.json
    ran = migrations_run.carry_out(folder, database_url, _told(wanted))
    if wanted:
        screen.print_json({"ran": ran})


def verify(
    context: typer.Context,
    folder: Folder,
    environment: Annotated[
        str | None,
        typer.Option(
            "--environment",
            metavar="ENV",
            help="Pending is what its release has not.",
            autocompletion=completion.environments,
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="FILE", help="Pending is what comes after. Default: all.")
    ] = None,
    schema: Annotated[
        list[Path] | None,
        typer.Option("--schema", metavar="FILE", help="A dump of the schema, instead of the files before."),
    ] = None,
    seed: Annotated[
        list[Path] | None, typer.Option("--seed", metavar="FILE", help="SQL that fills the tables.")
    ] = None,
    queries_before: Annotated[
        list[Path] | None,
        typer.Option("--queries-before", metavar="FILE", help="Queries of the release that runs; may be repeated."),
    ] = None,
    queries_after: Annotated[
        list[Path] | None,
        typer.Option("--queries-after", metavar="FILE", help="Queries of the release to come; may be repeated."),
    ] = None,
    max_wait: Annotated[
        float, typer.Option("--max-wait", metavar="SECONDS", min=0, help="How long a table may stand still.")
    ] = 1.0,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            metavar="URL",
            help="A server on which the user may make databases; none that is there is touched. Default: one of its own.",
        ),
    ] = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Try pending migrations on a real PostgreSQL. Exit code 4 where they find something, 1 where one cannot be run."""
    from delivery import migrations_verify, verification_report

    wanted = as_json or context.obj.json
    asked = migrations_verify.Asked(
        folder=folder,
        environment=environment,
        since=since,
        schema=schema or (),
        seed=seed or (),
        previous=queries_before or (),
        new=queries_after or (),
        url=database_url,
        limit=max_wait,
    )
    here = place.find(config_dir or context.obj.config_dir) if environment else None
    found = migrations_verify.carry_out(asked, here, _told(True))
    if wanted:
        screen.print_json(verification_report.as_json(found))
    else:
        for line in verification_report.lines(found):
            screen.out().print(escape(line))
    if found.failed:
        raise typer.Exit(ExitCode.FAILED)
    if found.findings:
        raise typer.Exit(ExitCode.FOUND)


def pending(
    context: typer.Context,
    environment: opt.Environment,
    finish: Annotated[
        bool, typer.Option("--finish", help="Bring the environment up where the Job of its release may not have ended.")
    ] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Which migrations an environment's database lacks."""
    from delivery import migrations_pending, stack_commands

    desk = open_desk(context.obj, engine, config_dir)
    found = migrations_pending.pending(desk, environment)
    if as_json or context.obj.json:
        screen.print_json(found.as_json())
    else:
        for line in found.lines():
            screen.out().print(escape(line))
    if finish and found.open and not stack_commands.update(desk, environment, "up").ok:
        raise typer.Exit(ExitCode.FAILED)


def _told(beside: bool) -> Callable[[str], None]:
    """Progress, line by line as it comes: in the log of a Job, or beside an answer."""

    def tell(line: str) -> None:
        (screen.err() if beside else screen.out()).print(escape(line))

    return tell
