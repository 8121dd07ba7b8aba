"""`slipway security ...`: only wiring."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import options as opt
from delivery import screen
from delivery.errors import ExitCode
from delivery.opening import open_desk

app = typer.Typer(help="What scanners have found, and whether that may pass.", no_args_is_help=True)

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="SARIF files, NAME.skipped, or folders with such.")
]


@app.command("gate")
def security_gate(
    context: typer.Context,
    files: Files,
    notice: Annotated[bool, typer.Option("--notice", help="Tell people of what blocks or is to be fixed.")] = False,
    complete: Annotated[bool, typer.Option("--complete", help="A scanner that was skipped blocks, too.")] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Judge findings by security.yaml. Exit code 3 where one blocks."""
    from delivery import scans, security_notice, security_policy, security_report
    from delivery import security_gate as verb
    from model.findings import load_policy

    # A folder of code has no program of ours beside it, and what judges it needs nothing but the policy and the day.
    desk = open_desk(context.obj, engine, config_dir) if notice or security_policy.has_program() else None
    folder = desk.place.config if desk else security_policy.folder(config_dir or context.obj.config_dir)
    today = desk.engine.now().date() if desk else datetime.now(UTC).date()
    policy, reports = load_policy(folder), scans.collect(files)
    remarks = [*reports.remarks, *([] if desk else security_policy.missing(folder))]
    decision = verb.decide(
        reports.findings, policy, today, remarks, skipped=[name for name, _ in reports.skipped] if complete else []
    )
    if as_json or context.obj.json:
        screen.print_json(decision.as_json())
    else:
        grid = security_report.table(decision)
        if grid.row_count:
            screen.out().print(grid)
        for line in security_report.lines(decision):
            screen.out().print(line)
    if desk and notice:
        security_notice.tell(desk, decision)
    if not decision.passed:
        raise typer.Exit(ExitCode.REFUSED)


@app.command("upload")
def security_upload(
    context: typer.Context,
    files: Files,
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="The commit that was scanned.")],
    ref: Annotated[str, typer.Option("--ref", metavar="REF", help="refs/heads/BRANCH or refs/pull/NUMBER/merge.")],
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Show findings on the Security tab of the application repository."""
    from delivery import security_upload as verb

    sent = verb.upload(open_desk(context.obj, engine, config_dir), files, commit, ref)
    if as_json or context.obj.json:
        screen.print_json({"uploaded": sent})
        return
    for each in sent:
        screen.out().print(escape(f"{each['file']} is on the Security tab of {each['repository']}"))
