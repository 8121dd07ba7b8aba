"""`slipway report`: only wiring."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import options as opt
from delivery import screen
from delivery.opening import open_desk
from model.errors import ConfigError, Problem


def report(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; - for stdout. Default: report.html here."),
    ] = None,
    findings: Annotated[
        list[Path] | None,
        typer.Option("--findings", metavar="PATH", help="SARIF files, or folders with such; may be repeated."),
    ] = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Write all that is known into one HTML file: what runs where, releases, previews, ledgers.

    With --json the same goes to stdout as data, and a file is written only where one is named.
    """
    from delivery.report_page import document, gathering, writing
    from model.catalogue import load_catalogue

    as_json = as_json or context.obj.json
    if as_json and output == writing.STDOUT:
        remedy = "Leave one of them out, or name a file for the page."
        raise ConfigError(Problem("command line", writing.KEY, "page and --json cannot both go to stdout", remedy))
    path = writing.checked(output or Path("report.html"))
    desk = open_desk(context.obj, engine, config_dir)
    content = gathering.gather(desk, findings or ())
    if output or not as_json:
        writing.write(path, document.page(content, load_catalogue(desk.place.config)))
    if as_json:
        screen.print_json(content.as_json())
    elif path != writing.STDOUT:
        screen.out().print(escape(str(path)))
