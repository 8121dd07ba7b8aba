"""Examples read by the command's own parser, without anything being done."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from typer.core import TyperCommand

from delivery import cli, command_line
from delivery.examples import Example

COMMANDS = dict(command_line.tree(cli.app))
VERBS = {name: each for name, each in COMMANDS.items() if isinstance(each, TyperCommand)}


@dataclass(frozen=True)
class Read:
    """Which command a line is, and what it says for each parameter."""

    name: str
    values: dict[str, Any]

    def named(self, *metavars: str) -> list[str]:
        """The values of the parameters with such words for them."""
        found: list[str] = []
        for each in VERBS[self.name].params:
            value = self.values.get(str(each.name))
            if each.metavar in metavars and value is not None:
                found += [value] if isinstance(value, str) else [str(one) for one in value]
        return found


def words(example: Example) -> list[str]:
    """What a shell gives the command: where the output goes is the shell's business."""
    first, *rest = shlex.split(example.command)
    assert first == command_line.NAME
    kept = [at for at, word in enumerate(rest) if word not in "<>" and (at == 0 or rest[at - 1] not in "<>")]
    return [rest[at] for at in kept]


def read(example: Example) -> Read:
    """The example as the parser takes it; raises ConfigError where it does not."""
    found: list[Read] = []
    every = command_line.built(cli.app)
    with pytest.MonkeyPatch.context() as patch:
        # A command line is read by the commands of its first word alone, which are others than these.
        patch.setattr(command_line, "built", lambda *_: every)
        for name, verb in VERBS.items():
            patch.setattr(verb, "callback", _noting(name, found))
        command_line.run(cli.app, words(example))
    (only,) = found
    return only


def _noting(verb: str, found: list[Read]) -> Callable[..., None]:
    def callback(**values: Any) -> None:
        found.append(Read(verb, values))

    return callback
