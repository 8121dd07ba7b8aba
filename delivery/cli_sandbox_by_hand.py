"""`slipway sandbox change` and `delete`: only wiring."""

from typing import Annotated

import typer
from rich.markup import escape

from delivery import completion, screen
from delivery import options as opt
from delivery.opening import open_desk

Type = Annotated[str, typer.Argument(metavar="TYPE", help="A type token such as gcp:pubsub/topic:Topic.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name in the program, or the id.")]
Owner = Annotated[
    str | None,
    typer.Option(
        "--stack",
        metavar="STACK",
        help="Where several stacks have one, whose.",
        autocompletion=completion.stacks,
    ),
]


def sandbox_change(
    context: typer.Context,
    type_: Type,
    name: Name,
    property_: Annotated[
        str, typer.Argument(metavar="PATH=VALUE", help="VALUE as JSON or as bare text; null takes the property away.")
    ],
    stack: Owner = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Change something in the emulated clouds behind Pulumi's back."""
    from delivery import sandbox_by_hand

    desk = open_desk(context.obj, "sandbox", config_dir)
    id_, path = sandbox_by_hand.change(desk, type_, name, stack, property_)
    if as_json or context.obj.json:
        screen.print_json({"changed": id_, "path": path})
    else:
        screen.out().print(escape(f"changed {path} of {id_}"))


def sandbox_delete(
    context: typer.Context,
    type_: Type,
    name: Name,
    stack: Owner = None,
    config_dir: opt.ConfigDir = None,
    as_json: opt.Json = False,
) -> None:
    """Delete something in the emulated clouds behind Pulumi's back."""
    from delivery import sandbox_by_hand

    id_ = sandbox_by_hand.delete(open_desk(context.obj, "sandbox", config_dir), type_, name, stack)
    if as_json or context.obj.json:
        screen.print_json({"deleted": id_})
    else:
        screen.out().print(escape(f"deleted {id_}"))
