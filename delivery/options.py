"""Options that several commands share; most are taken before the verb and after it alike."""

from pathlib import Path
from typing import Annotated

import typer

from delivery import completion
from model.errors import ConfigError, Problem

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout instead of text.")]
Events = Annotated[
    bool, typer.Option("--events", help="Print what happens as JSON objects, one a line, the end of it being the last.")
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="sandbox|pulumi",
        help="What deploys; or SLIPWAY_ENGINE. Default: sandbox.",
        autocompletion=completion.one_of("sandbox", "pulumi"),
    ),
]
ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        metavar="DIR",
        help="Folder of Pulumi.*.yaml, services.yaml and releases/; or SLIPWAY_CONFIG_DIR. Default: the program's.",
    ),
]
Stack = Annotated[
    str,
    typer.Argument(
        metavar="STACK",
        help="shared, an environment, or a preview such as pr-42.",
        autocompletion=completion.stacks,
    ),
]
Stacks = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[STACK]...",
        help="shared, environments, or previews such as pr-42.",
        autocompletion=completion.stacks,
    ),
]
Environment = Annotated[
    str,
    typer.Argument(metavar="ENV", help="An environment, such as dev.", autocompletion=completion.environments),
]
Number = Annotated[
    int,
    typer.Argument(
        metavar="N",
        min=1,
        max=99999,  # as PullRequest.number
        help="The number of the pull request.",
        autocompletion=completion.previews,
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target", metavar="URN", help="Only this resource; may be repeated. '*' and '**' stand for any text."
    ),
]
Dependents = Annotated[
    bool, typer.Option("--target-dependents", help="With --target: what depends on the targets goes along.")
]
Replaces = Annotated[
    list[str] | None,
    typer.Option("--replace", metavar="URN", help="Make this resource anew though nothing changed; may be repeated."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. Needed with a real cloud where nobody can answer.")]


def stream(events: bool, as_json: bool) -> bool:
    """Whether what happens is printed as it does. Raises ConfigError where one document is asked for beside it."""
    if events and as_json:
        remedy = "Leave one of them out; the last line of --events has what --json prints."
        raise ConfigError(Problem("command line", "--events", "it does not go with --json", remedy))
    return events
