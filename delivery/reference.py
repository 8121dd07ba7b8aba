"""Writes docs/reference/commands.md from the commands: `python -m delivery.reference > docs/reference/commands.md`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from delivery import command_line, examples
from delivery.cli import app
from delivery.errors import ExitCode

MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "it was tried and did not work",
    ExitCode.BAD_INPUT: "wrong on the command line, in a file or in the environment; nothing has begun",
    ExitCode.REFUSED: "refused by a guard or a gate",
    ExitCode.FOUND: "something was found: drift, a finding, a ledger that is not whole, work that is due",
    ExitCode.LOCKED: "somebody else is at it",
    ExitCode.INTERRUPTED: "interrupted; the same command goes on from there",
}
HEADER = """# Commands

Written by `python -m delivery.reference`; a test compares. `--help` after any command shows the same. A word that is not on this
page is refused, with the one that was probably meant.

`slipway --install-completion` lets the shell that you are in (bash, zsh, fish) complete commands, options and names: stacks,
environments, services, releases, triggers, previews. For an image or another shell than yours, `_SLIPWAY_COMPLETE=source_bash slipway`
prints what its start-up file must hold; `source_zsh` and `source_fish` likewise.

What a command was asked for goes to stdout, everything else to stderr. How it ends:

"""


def page() -> str:
    """The whole page."""
    (_, root), *commands = command_line.tree(app)
    shared = _shared(root)
    codes = [f"| {code:d} | {meaning} |" for code, meaning in MEANINGS.items()]
    parts = ["\n".join(["| exit code | |", "|---|---|", *codes]), *_section(command_line.NAME, root, {})]
    for name, command in commands:
        if not command.hidden:
            parts += _section(name, command, shared)
    return HEADER + "\n\n".join(parts) + "\n"


def _section(name: str, command: TyperCommand | TyperGroup, shared: dict[str, str]) -> Iterator[str]:
    """A command's heading, meaning, usage, parameters and examples. What is in `shared` with the same meaning is only named."""
    parameters = [each for each in command.params if isinstance(each, (TyperArgument, TyperOption))]
    own = [each for each in parameters if shared.get(_written(each)) != _meaning(each)]
    yield f"{'#' * max(2, len(name.split()))} `{name}`"
    yield " ".join((command.help or "").split())
    if own:
        rows = [f"| {_written(each)} | {_meaning(each)} |" for each in own]
        yield "\n".join(["| argument, option | |", "|---|---|", *rows])
    if also := [f"`{each.opts[0]}`" for each in parameters if each not in own]:
        yield f"And {', '.join(also)}, as of [`{command_line.NAME}`](#{command_line.NAME})."
    if isinstance(command, TyperGroup):
        inner = [word for word, each in command.commands.items() if not each.hidden]
        yield "Commands: " + ", ".join(f"[`{word}`](#{'-'.join([*name.split(), word])})" for word in inner) + "."
    yield "\n".join(["```sh", *_lined_up(examples.of(name)), "```"])


def _shared(root: TyperCommand | TyperGroup) -> dict[str, str]:
    return {_written(each): _meaning(each) for each in root.params if isinstance(each, TyperOption)}


def _written(parameter: TyperArgument | TyperOption) -> str:
    """As it is typed, with the word for its value."""
    if isinstance(parameter, TyperArgument):
        return f"`{parameter.metavar}`"
    choices = parameter.type_descriptor.choices
    value = parameter.metavar or "|".join(map(str, choices or ()))
    with_value = "" if parameter.is_flag else " " + value.replace("|", "\\|")
    return ", ".join(f"`{word}{with_value}`" for word in (*parameter.opts, *parameter.secondary_opts))


def _meaning(parameter: TyperArgument | TyperOption) -> str:
    meaning = (parameter.help or "").replace("|", "\\|").replace("*", "\\*")
    if isinstance(parameter, TyperOption) and parameter.required:
        return f"{meaning} Required."
    flag = isinstance(parameter, TyperOption) and parameter.is_flag
    told = "Default:" in meaning or flag or parameter.default in (None, "", ())
    default = f"{parameter.default:g}" if isinstance(parameter.default, float) else parameter.default
    return meaning if told else f"{meaning} Default: {default}."


def _lined_up(found: Sequence[examples.Example]) -> list[str]:
    width = max(len(each.command) for each in found)
    return [f"{each.command.ljust(width)}{examples.BEFORE_MEANING}{each.meaning}" for each in found]


if __name__ == "__main__":
    print(page(), end="")
