"""`slipway init`: only wiring, and the questions."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import options as opt
from delivery import screen


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the system is called, such as acme.")] = "",
    environments: Annotated[
        list[str] | None,
        typer.Option(
            "--environment", metavar="NAME=PROJECT[:NUMBER]", help="Each, first to last: with its Google Cloud project."
        ),
    ] = None,
    services: Annotated[list[str] | None, typer.Option("--service", metavar="NAME", help="Each of them.")] = None,
    database: Annotated[
        list[str] | None,
        typer.Option("--database", metavar="SERVICE", help="A service that uses the database. Default: there is none."),
    ] = None,
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="Where all of it is.")] = "us-west1",
    owner: Annotated[
        str, typer.Option("--owner", metavar="OWNER", help="Who has the repositories on GitHub. Default: the name.")
    ] = "",
    as_json: opt.Json = False,
) -> None:
    """A new team's repository, from answers or flags: green in the sandbox at once."""
    from delivery import answers, starting

    answers.refuse_folder(folder)
    environments, services, database = environments or [], services or [], database or []
    if sys.stdin.isatty():
        name = name or _asked("What is the system called, such as acme", answers.wrong_name)
        environments = environments or list(_each("An environment as NAME=PROJECT", answers.wrong_environment))
        if not services:
            services = list(_each("A service", answers.wrong_service))
            uses = f"A service that uses a database, of {', '.join(services)}"
            database = database or list(_each(uses, lambda text: _one_of(text, services), fewest=0))
    said = answers.answered(name, environments, services, region, owner, database)
    texts = starting.make(folder, said)
    if as_json or context.obj.json:
        screen.print_json({"folder": str(folder.resolve()), "files": list(texts)})
        return
    for file in texts:
        screen.out().print(escape(str(folder / file)))
    first = said.environments[0].name
    screen.out().print(escape(f"\ncd {folder}\nslipway up shared\nslipway up {first}\nslipway status"))


def _asked(question: str, wrong: Callable[[str], Iterator[tuple[str, str]]], empty: bool = False) -> str:
    """One answer that nothing is wrong with."""
    while True:
        text: str = typer.prompt(question, default="" if empty else None, show_default=False, err=True)
        if empty and not text:
            return ""
        problems = list(wrong(text))
        if not problems:
            return text
        for what, remedy in problems:
            screen.err().print(escape(f"{what}. {remedy}."), style="yellow")


def _each(question: str, wrong: Callable[[str], Iterator[tuple[str, str]]], fewest: int = 1) -> Iterator[str]:
    """Answers until an empty one."""
    count = 0
    while text := _asked(question + ("" if count < fewest else ", or nothing"), wrong, empty=count >= fewest):
        yield text
        count += 1


def _one_of(text: str, known: list[str]) -> Iterator[tuple[str, str]]:
    if text not in known:
        yield f"there is no service '{text}'", f"Write one of: {', '.join(known)}"
