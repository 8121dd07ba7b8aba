"""What `slipway sandbox change` and `delete` do: somebody's hand in the emulated clouds, past every stack."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from delivery import sandbox_commands
from delivery.desk import Desk
from model.errors import ConfigError, Problem
from sandbox.clouds import by_hand
from sandbox.clouds.protocol import CloudError
from sandbox.engine import paths

_INSPECT = "'slipway sandbox inspect' lists what exists."


def change(desk: Desk, type_: str, name: str, stack: str | None, text: str) -> tuple[str, str]:
    """Apply one `PATH=VALUE`. Returns Pulumi's id and the path. Raises ConfigError where that cannot be done."""
    path, equals, value = text.partition("=")
    try:
        steps = paths.parse(path) if equals else ()
    except ValueError:
        steps = ()
    if not steps or "*" in steps:
        remedy = (
            'Write a path as Pulumi does, and a value: ackDeadlineSeconds=10, spec.ports[0].port=81, labels["a"]=b.'
        )
        raise ConfigError(Problem("command line", "PATH=VALUE", f"'{text}' is no property with a value", remedy))
    with _told():
        return by_hand.change(sandbox_commands.world_of(desk), type_, name, stack, steps, _value(value)), path


def delete(desk: Desk, type_: str, name: str, stack: str | None) -> str:
    """Delete a thing. Returns Pulumi's id. Raises ConfigError where it is not there or in use."""
    with _told():
        return by_hand.delete(sandbox_commands.world_of(desk), type_, name, stack)


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return by_hand.GONE if value is None else value


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CloudError as error:
        raise ConfigError(Problem("command line", "NAME", error.message, _INSPECT)) from None
