"""Refusals of inputs, in Pulumi's words, and values as Go prints them there."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.engine import urns
from sandbox.engine.answers import CheckFailure
from sandbox.engine.resource import Resource
from sandbox.values import SECRET, SIGNATURE, Value


def shown(value: Value) -> str:
    """The value as Go's `%v` prints a property value. Never what is secret."""
    if isinstance(value, dict) and SIGNATURE in value:
        text = "[secret]" if value[SIGNATURE] == SECRET else "[asset]"
    elif isinstance(value, dict):
        text = f"map[{' '.join(f'{key}:{shown(item)}' for key, item in sorted(value.items()))}]"
    elif isinstance(value, list):
        text = f"[{' '.join(map(shown, value))}]"
    elif value is None:
        text = "<nil>"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = str(value)
    return f"{{{text}}}"


def check_problem(resource: Resource, failure: CheckFailure) -> str:
    """What a provider found wrong with the resource's inputs."""
    name = urns.name_of(resource.urn)
    where = ""
    if failure.property:
        where = f": property {failure.property} value {shown(resource.inputs.get(failure.property))}"
    return f"{resource.type} resource '{name}'{where} has a problem: {failure.reason}"


def import_refusal(old: Resource, new: Resource, keys: Iterable[str]) -> str:
    """A replacement of what is to be imported makes no sense; `keys` are the properties that force it."""
    changes = "\n".join(f"{key}: {shown(old.inputs.get(key))} => {shown(new.inputs.get(key))}" for key in keys)
    return (
        "previously-imported resources that still specify an ID may not be replaced; "
        f"please remove the `import` declaration from your program;\n{changes}"
    )
