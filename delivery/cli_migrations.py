"""`slipway migrations ...`: only wiring."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from delivery import cli_migrations_verify, place, screen
from delivery import options as opt
from delivery.errors import ExitCode
from delivery.opening import open_desk

app = typer.Typer(help="SQL migrations, and what they do to a database in use.", no_args_is_help=True)
for verb in (cli_migrations_verify.run, cli_migrations_verify.verify, cli_migrations_verify.pending):
    app.command()(verb)

Format = Literal["text", "json", "sarif", "github"]


@app.command("check")
def migrations_check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders of .sql files, or such files.")
    ] = None,
    base: Annotated[
        str, typer.Option("--base", metavar="REV", help="Only what is new since this commit; an edit is an error.")
    ] = "",
    label: Annotated[
        list[str] | None, typer.Option("--label", metavar="NAME", help="A label of the pull request; may be repeated.")
    ] = None,
    approved_by: Annotated[
        list[str] | None, typer.Option("--approved-by", metavar="WHO", help="Who approves it; may be repeated.")
    ] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", metavar="N", min=1, max=99999, help="Ask GitHub for both instead.")
    ] = None,
    commit: Annotated[
        str,
        typer.Option(
            "--commit", metavar="SHA", help="Its commit that is read; once it has another, no approval counts."
        ),
    ] = "",
    comment: Annotated[bool, typer.Option("--comment", help="Say it on the pull request.")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write what is found into this file, for --saved.")
    ] = None,
    saved: Annotated[
        Path | None, typer.Option("--saved", metavar="FILE", help="Read no PATH: judge what --save has written.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Annotations are GitHub's.")] = "text",
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="Of files that do not say, such as latin-1.")
    ] = "",
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Find what would hurt the code in use. Exit code 3 where that blocks, 2 where a file is broken or was edited."""
    from delivery import migrations_check as verb
    from delivery import migrations_command as command
    from delivery import migrations_report as report

    asked = command.Asked(
        paths=tuple(paths or ()),
        base=base,
        encoding=encoding,
        given=verb.Approval(tuple(label or ()), tuple(approved_by or ()), "the command line"),
        pull_request=pull_request,
        commit=commit,
        comment=comment,
        save=save,
        saved=saved,
    )
    here = place.find(config_dir or context.obj.config_dir)
    verdict, url = command.carry_out(asked, here.config, lambda: open_desk(context.obj, engine, config_dir))
    if as_json or context.obj.json or form == "json":
        screen.print_json({**verdict.as_json(), **({"comment": url} if url else {})})
    elif form == "sarif":
        screen.print_json(report.sarif(verdict))
    elif form == "github":
        for line in report.annotations(verdict):
            typer.echo(line)
        screen.err().print(escape(report.summary(verdict)))
    else:
        for line in report.lines(verdict):
            screen.out().print(line)
        if url:
            screen.out().print(escape(f"commented on pull request {pull_request}: {url}"))
    if not verdict.passed:
        raise typer.Exit(ExitCode.BAD_INPUT if verdict.mistakes else ExitCode.REFUSED)


@app.command("sum")
def migrations_sum(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="A folder of migrations.")],
    accept: Annotated[bool, typer.Option("--accept-edits", help="Of files that it knows otherwise, too.")] = False,
    as_json: opt.Json = False,
) -> None:
    """Write migrations.sum, by which an edit of a migration is seen later."""
    from delivery import migrations_sum as verb

    written = verb.write(folder, accept)
    if as_json or context.obj.json:
        screen.print_json({"file": written.path.as_posix(), "files": written.files, "added": list(written.added)})
        return
    added = f", {len(written.added)} of them new" if written.added else ""
    screen.out().print(escape(f"{written.path.as_posix()} has {written.files} migrations{added}"))
