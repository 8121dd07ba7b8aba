"""`slipway bootstrap` and `slipway doctor`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, opening, place, screen
from delivery import options as opt
from delivery.errors import ExitCode
from model.errors import ConfigError, Problem

Stacks = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[STACK]...",
        help="shared or environments. Default: all of them.",
        autocompletion=completion.stacks,
    ),
]


def bootstrap(
    context: typer.Context,
    stacks: Stacks = None,
    run: Annotated[bool, typer.Option("--run", help="Make what is missing in the real cloud, step by step.")] = False,
    script: Annotated[bool, typer.Option("--script", help="Print a shell script that may run again.")] = False,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What the first run on Google Cloud needs: list it, or make it."""
    from delivery import bootstrap as verb

    as_json = as_json or context.obj.json
    if script and (run or as_json):
        other = "--run" if run else "--json"
        raise ConfigError(Problem("command line", "--script", f"it does not go with {other}", "Take one of them."))
    here = place.find(config_dir or context.obj.config_dir)
    found = verb.gather(here.config, stacks or ())
    if run:
        done = verb.run(found, lambda it: screen.err().print(escape(f"{it.what}: {it.step.key}: {it.step.what}")))
        if as_json:
            screen.print_json({"done": verb.as_json(done)})
            return
        for it in done:
            if it.what == "by hand":
                screen.out().print(escape(f"{it.step.key}: {it.step.what}\n  {it.left}"))
        for left in dict.fromkeys(it.left for it in done if it.what == "later"):
            screen.out().print(escape(left))
        return
    if as_json:
        screen.print_json({"steps": [step.as_json() for step in found]})
        return
    for line in verb.script(found) if script else verb.lines(found):
        screen.out().print(escape(line), soft_wrap=True)


def doctor(
    context: typer.Context,
    stacks: Stacks = None,
    engine: opt.EngineName = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """What is missing here or, with the engine pulumi, in the cloud, each with the command that mends it."""
    from delivery import doctor as verb

    name = opening.engine_name(context.obj, engine)
    here = place.find(config_dir or context.obj.config_dir)
    found = verb.examine(here, name, stacks or ())
    if as_json or context.obj.json:
        screen.print_json(found.as_json())
    else:
        for line in verb.lines(found):
            screen.out().print(escape(line), soft_wrap=True)
    if found.findings:
        raise typer.Exit(ExitCode.FOUND)
