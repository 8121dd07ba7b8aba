"""`slipway history` and `slipway audit ...`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from delivery import options as opt
from delivery import screen
from delivery.errors import ExitCode
from delivery.opening import open_desk

app = typer.Typer(help="Ledgers: whether they are whole, and all that is in them.", no_args_is_help=True)


def history(
    context: typer.Context,
    environment: opt.Environment,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="How many entries, newest last.")] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What happened to an environment: who, when, what, and why."""
    from delivery import auditing
    from delivery.environments import known
    from delivery.ledger import Ledger

    desk = open_desk(context.obj, engine, config_dir)
    known(desk, environment)
    entries = Ledger(desk.place.config, environment).entries()[-most:]
    if as_json or context.obj.json:
        screen.print_json({"environment": environment, "entries": [entry.as_json() for entry in entries]})
        return
    table = auditing.rows(environment, entries)
    if as_csv:
        screen.out().file.write(auditing.as_csv(table))
        return
    grid = Table(title=f"History of {environment}", title_justify="left")
    for column in ("at", "who", "event", "release", "what", "why"):
        grid.add_column(column, overflow="fold")
    for row in table:
        event = f"{row['verb']} {row['event']}".strip()
        what = row["services"].replace(auditing.BETWEEN, "\n")
        cells = (row["at"][:16].replace("T", " "), row["who"], event, row["release"], what, row["reason"])
        grid.add_row(*map(escape, cells))
    screen.out().print(grid)


@app.command()
def verify(
    context: typer.Context,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Prove every ledger whole; exit code 4 where one is not."""
    from delivery import auditing, chain

    desk = open_desk(context.obj, engine, config_dir)
    found, names = auditing.verify(desk), auditing.ledgers(desk)
    if as_json or context.obj.json:
        screen.print_json({"ledgers": names, "findings": [each.as_json() for each in found]})
    elif not found:
        screen.out().print(f"[green]whole[/]: {', '.join(names) or 'there is no ledger yet'}")
    for each in [] if as_json or context.obj.json else found:
        where = f"line {each.line}: " if each.line else ""
        screen.out().print(f"[red]releases/{each.ledger}.jsonl[/] {where}{escape(each.problem)}")
    if found:
        screen.err().print(chain.remedy([each.problem for each in found]))
        raise typer.Exit(ExitCode.FOUND)


@app.command()
def export(
    context: typer.Context,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values instead of a JSON object a line.")
    ] = False,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
) -> None:
    """Every entry of every ledger on stdout."""
    from delivery import auditing
    from delivery.ledger import Ledger

    desk = open_desk(context.obj, engine, config_dir)
    entries = {name: Ledger(desk.place.config, name).entries() for name in auditing.ledgers(desk)}
    if as_csv:
        table = [row for name, found in entries.items() for row in auditing.rows(name, found)]
        screen.out().file.write(auditing.as_csv(table))
    else:
        screen.out().file.write(auditing.as_lines(entries))
