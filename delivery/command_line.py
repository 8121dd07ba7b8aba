"""What all commands have in common at the terminal: examples below their help, and refusals that say what was meant.

typer carries a copy of click of its own and gives no public names to most of it; it is asked for here and in `usage.py` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from functools import cache

import typer
from typer._click.core import Command as AnyCommand
from typer._click.core import Context
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer._click.formatting import HelpFormatter
from typer._click.shell_completion import CompletionItem
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_command_name

from delivery import completion, usage
from delivery.errors import ExitCode, Failed
from model.errors import ConfigError, Problem

NAME = "slipway"


class _Told(AnyCommand):
    """What verbs and nouns have in common."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        with usage.of(ctx):
            return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        return _in_one_line(super().shell_complete(ctx, incomplete))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        super().format_help(ctx, formatter)
        _show_examples(ctx.command_path)


class Command(_Told, TyperCommand):
    """A verb."""


class Group(_Told, TyperGroup):
    """A noun with its verbs."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, AnyCommand | None, list[str]]:
        if not ctx.resilient_parsing and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise usage.no_command(ctx.command_path, self, args[0])
        return super().resolve_command(ctx, args)


def dress(app: typer.Typer) -> None:
    """Make every command of an app one of these, those of its groups too."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        group.cls = Group
        if group.typer_instance is not None:
            dress(group.typer_instance)


def tree(app: typer.Typer) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Every command and group by its whole name, such as `slipway pr open`; a group comes before what is in it."""
    yield from _below(NAME, built(app))


@cache
def built(app: typer.Typer, word: str = "") -> TyperGroup:
    """The commands as they are run, made of the app's functions once a process: those that a word leads to, or all where it leads
    to none. To make all of them takes 60 ms."""
    command = get_command(_narrowed(app, word))
    assert isinstance(command, TyperGroup)
    return command


def _narrowed(app: typer.Typer, word: str) -> typer.Typer:
    """The app with only the command or group of this name, or as it is where there is none."""
    only = copy(app)
    only.registered_commands = [
        each
        for each in app.registered_commands
        if word == (each.name or (each.callback and get_command_name(each.callback.__name__)))
    ]
    only.registered_groups = [each for each in app.registered_groups if word == each.name]
    return only if only.registered_commands or only.registered_groups else app


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Do what a command line says; the exit code. Raises ConfigError where it says what there is not, Failed where a question
    was left unanswered.
    """
    if broken := [word for word in arguments if _no_text(word)]:
        problem, remedy = "it is no text in UTF-8", "Write it anew, in a terminal that is set to UTF-8."
        raise ConfigError(*(Problem(usage.PLACE, ascii(word), problem, remedy) for word in broken))
    try:
        ended = built(app, *arguments[:1]).main(list(arguments), prog_name=NAME, standalone_mode=False)
    except NoArgsIsHelpError:
        return ExitCode.BAD_INPUT
    except UsageError as error:
        raise usage.refused(error) from None
    except typer.Abort:
        raise Failed("a question was left unanswered", f"'{NAME} --help' shows what can be said beforehand.") from None
    return ended if isinstance(ended, int) else ExitCode.DONE


def _no_text(word: str) -> bool:
    """Whether a shell gave bytes that are no UTF-8, which Python keeps as halves of characters: they cannot be printed or recorded."""
    return any("\ud800" <= each <= "\udfff" for each in word)


def _below(name: str, command: AnyCommand) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    assert isinstance(command, (TyperCommand, TyperGroup))
    yield name, command
    if isinstance(command, TyperGroup):
        for word, inner in command.commands.items():
            yield from _below(f"{name} {word}", inner)


def _in_one_line(items: list[CompletionItem]) -> list[CompletionItem]:
    for item in items:
        item.help = completion.in_one_line(item.help or "")
    return items


def _show_examples(name: str) -> None:
    from rich.markup import escape

    from delivery import examples, screen

    if found := examples.of(name):
        out = screen.out()
        out.print(" [bold]Examples[/]\n")
        for each in found:
            # Never folded: whoever copies a command gets one line.
            out.print(escape(f"   {each.command}"), soft_wrap=True)
            out.print(escape(f"       {each.meaning}"), style="dim")
