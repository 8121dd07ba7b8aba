"""What is wrong with a command line that the parser does not take, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from typer._click.core import Context, Parameter
from typer._click.exceptions import BadOptionUsage, BadParameter, MissingParameter, NoSuchOption, UsageError
from typer.core import TyperArgument, TyperGroup, TyperOption

from delivery import examples
from model.errors import ConfigError, Problem, closest

PLACE = "command line"


@contextmanager
def of(context: Context) -> Iterator[None]:
    """Say of which command a refusal is: the parser leaves that out where an option lacks its value."""
    try:
        yield
    except UsageError as error:
        error.ctx = error.ctx or context
        raise


def refused(error: UsageError) -> ConfigError:
    """The parser's own words are kept where they name a value; the remedy is the option's meaning, and an example."""
    context = error.ctx
    if context is None:
        return ConfigError(Problem(PLACE, "", _said(error.message), "See 'slipway --help'."))
    if isinstance(error, NoSuchOption):
        return ConfigError(
            Problem(
                PLACE, error.option_name, f"'{context.command_path}' has no such option", _option_meant(error, context)
            )
        )
    if isinstance(error, MissingParameter) and error.param is not None:
        kind = "argument" if isinstance(error.param, TyperArgument) else "option"
        what = f"'{context.command_path}' needs this {kind}"
        return ConfigError(Problem(PLACE, _named(error.param), what, _remedy(error.param, context)))
    if isinstance(error, BadParameter) and error.param is not None:
        return ConfigError(Problem(PLACE, _named(error.param), _said(error.message), _remedy(error.param, context)))
    if isinstance(error, BadOptionUsage):
        given = next(each for each in context.command.get_params(context) if error.option_name in _words(each))
        return ConfigError(Problem(PLACE, error.option_name, _said(error.message), _remedy(given, context)))
    if isinstance(context.command, TyperGroup):
        return ConfigError(Problem(PLACE, context.command_path, "the command is missing", _one_of(context.command)))
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    return ConfigError(Problem(PLACE, context.command_path, _said(error.message), f"Write '{usage}'."))


def no_command(path: str, group: TyperGroup, word: str) -> ConfigError:
    """A word that is no command of a group: a mistyped one, or one of another group."""
    inner = {name: each for name, each in group.commands.items() if isinstance(each, TyperGroup)}
    elsewhere = [f"{path} {name} {word}" for name, each in inner.items() if word in each.commands]
    if elsewhere:
        remedy = f"Did you mean {' or '.join(repr(each) for each in elsewhere)}?"
    else:
        remedy = closest(word, _visible(group))
    return ConfigError(Problem(PLACE, path, f"there is no command '{word}'", remedy))


def _one_of(group: TyperGroup) -> str:
    return f"Write one of: {', '.join(_visible(group))}."


def _visible(group: TyperGroup) -> list[str]:
    return [name for name, each in group.commands.items() if not each.hidden]


def _option_meant(error: NoSuchOption, context: Context) -> str:
    known = [name for each in context.command.get_params(context) for name in _words(each) if name.startswith("-")]
    return closest(error.option_name, known)


def _words(parameter: Parameter) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def _named(parameter: Parameter) -> str:
    """As people write it: an option by its long name, an argument by the word in the usage line."""
    if isinstance(parameter, TyperOption):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.name or "").strip("[].")


def _remedy(parameter: Parameter, context: Context) -> str:
    """What it means, and an example, of an option rather one that has it."""
    meaning = (cast(TyperArgument | TyperOption, parameter).help or "").rstrip(".")
    shown = examples.of(context.command_path)
    example = next((each for each in shown if _named(parameter) in each.command.split()), shown[0])
    return f"{meaning}. For example: {example.command}"


def _said(message: str) -> str:
    plain = message.removeprefix("Value error, ")
    return f"{plain[:1].lower()}{plain[1:]}".rstrip(".")
