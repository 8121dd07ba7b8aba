"""Drift as people read it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.markup import escape

from delivery.drifting import Drift, Found
from delivery.engines import HIDDEN
from delivery.progress import one_line

SHOWN = 60
"""Characters of a value; `--json` has it whole."""


def lines(found: Found) -> Iterator[str]:
    """What drifted of a stack, in rich's markup, what was not seen, and the count."""
    for each in found.drifts:
        yield f"  {_mark(each)} {escape(named(each))}"
        for one in each.properties:
            yield f"      {escape(one.path)}: {escape(_change(one.state, one.cloud))}"
        if not (each.gone or each.properties):
            yield "      its provider does not say in what"
    for failed in found.failures:
        yield f"  [red]not seen[/] {escape(_of(failed.urn))}{escape(one_line(failed.message))}"
    if spared := len(found.unseen) - len(found.failures):
        yield f"  {spared} not looked at, since {'they hold secrets' if spared > 1 else 'it holds a secret'}"
    yield escape(f"{found.stack}: {summary(found)}")


def summary(found: Found) -> str:
    """`2 of 289 resources are not as the state says, 1 of them gone`."""
    count, gone = len(found.drifts), sum(each.gone for each in found.drifts)
    if not count:
        return f"none of {found.looked_at} resources differs from the state"
    are = "resources are" if count > 1 else "resource is"
    return f"{count} of {found.looked_at} {are} not as the state says" + (f", {gone} gone" if gone else "")


def next_step(found: Sequence[Found]) -> Iterator[str]:
    """What to do, where anything drifted."""
    for each in found:
        if each.drifts:
            yield f"To undo it: 'slipway refresh {each.stack}', then 'slipway up {each.stack}', which puts back what the files say."
    if any(each.resource.type.startswith("kubernetes:") and not each.gone for stack in found for each in stack.drifts):
        yield "What kubectl has changed, change back with kubectl: whoever changes a field owns it, and Pulumi takes none away."


def named(drift: Drift) -> str:
    """Type and name, as `Topic usage-emitted (gcp:pubsub/topic:Topic)`."""
    resource = drift.resource
    return f"{resource.type.rpartition(':')[2]} {resource.name} ({resource.type})"


def _mark(drift: Drift) -> str:
    return "[red]gone   [/]" if drift.gone else "[yellow]changed[/]"


def _of(urn: str) -> str:
    return f"{urn.rpartition('::')[2]}: " if urn else ""


def _change(state: Any, cloud: Any) -> str:
    if state == HIDDEN and cloud == HIDDEN:
        return "a secret, and another one in the cloud"
    return f"{_value(state)} -> {_value(cloud)}"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = one_line(text) if "\n" in text else text
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
