"""What a plan would change: in words, as one hash that is approved and applied, and what in it is not the release's own."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from delivery import pins
from delivery.desk import Desk
from delivery.engines import Engine, Step, Update
from delivery.pins import Pins
from delivery.side_by_side import Run, run_each
from model.catalogue import FILE
from model.stacks import stack_file, stacks

RELEASED = tuple(f"slipway:index:{name}" for name in ("Workload", "CloudRun", "Migration", "SmokeTest"))
"""The components that a release changes: what runs, what migrates, and what tries it out."""

_DEFAULTS = "__defaults"
_AUTONAMED = "pulumi.com/autonamed"
_RANDOM = re.compile(r"-[0-9a-f]{7}$")
"""How names end that Pulumi's Google provider draws; those of Kubernetes are marked."""


def changes(plan: Update) -> list[Step]:
    """The steps that do something, by URN."""
    return sorted((step for step in plan.steps if step.op != "same"), key=lambda step: (step.urn, step.op))


def fingerprint(plan: Update) -> str:
    """`sha256:` and the hash of what a plan would change: URN, operation, changed paths and wanted values of each step.

    Secrets count as secrets, whatever they are. For a name that Pulumi draws anew in each plan stands whose it is, wherever
    it occurs; what the clouds will only tell later is unknown each time. So two plans of the same change are equal.
    """
    found = changes(plan)
    steps = [[step.urn, step.op, sorted(step.detail), _settled(step.inputs)] for step in found]
    text = json.dumps(steps, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    drawn = {name: step.urn for step in found if step.op in ("create", "replace") for name in _drawn(step.inputs)}
    for name in sorted(drawn, key=len, reverse=True):
        text = text.replace(name, f"[name of {drawn[name]}]")
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def beyond(pending: Update, partly: bool = False) -> list[Step]:
    """The steps that are due whatever is released: what changed in the program or in the config since the last update.

    What an earlier rollout left unfinished is none: a workload or job that has not been made or did not become ready is
    tried again, with nothing about it changed. Where the last move failed or was cut short, its pins are applied `partly`.
    """
    return [step for step in changes(pending) if not (_of_a_release(step) and (partly or _unfinished(step)))]


@contextmanager
def repinned(desk: Desk, stack: str, wanted: Pins) -> Iterator[Engine]:
    """An engine that finds these pins in the stack's file; the file itself is not touched."""
    config = desk.place.config
    with TemporaryDirectory(prefix="slipway-plan-") as folder:
        for name in (FILE, *(stack_file(each) for each in stacks(config))):
            shutil.copy(config / name, folder)
        pins.write(stack, Path(folder), wanted)
        yield desk.engine.reading(Path(folder))


def both(desk: Desk, stack: str, before: Pins, after: Pins) -> tuple[Update, Update]:
    """Two plans at once: what is due with the pins before a move, and what would change with those after it.

    The stack's file has one or the other already: a merge writes them before anything moves.
    """
    there = pins.read(stack, desk.place.config)
    with ExitStack() as copies:
        engines = [
            desk.engine if wanted == there else copies.enter_context(repinned(desk, stack, wanted))
            for wanted in (before, after)
        ]
        runs = {key: Run(engine, stack, "plan") for key, engine in zip(("pending", "wanted"), engines, strict=True)}
        found = run_each(runs)
    return found["pending"], found["wanted"]


def listed(plan: Update) -> list[Step]:
    """The changes that people read: all but those of Pulumi's own resources, such as the stack itself."""
    return [step for step in changes(plan) if not step.type.startswith("pulumi:")]


def errors(plan: Update) -> list[str]:
    """Why a plan failed; nothing where it did not."""
    if plan.ok:
        return []
    found = [each.message for each in plan.diagnostics if each.severity == "error"]
    return found or [f"the {plan.mode} failed"]


def described(steps: Sequence[Step], most: int = 12) -> list[str]:
    """Lines such as `update Deployment api (spec.template...)`; the first `most` of them."""
    lines = [
        f"{step.op} {step.type.rpartition(':')[2]} {step.name}"
        + (f" ({', '.join(step.detail)})" if step.detail else "")
        for step in steps[:most]
    ]
    return [*lines, f"and {len(steps) - most} more"] if len(steps) > most else lines


def _of_a_release(step: Step) -> bool:
    """Whether a component of RELEASED is the resource or one above it: a URN lists the types of all parents."""
    types = step.urn.split("::")[2].split("$")
    return any(kind in RELEASED for kind in types)


def _unfinished(step: Step) -> bool:
    return step.op in ("create", "replace") or not step.detail


def _drawn(inputs: Mapping[str, Any]) -> Iterator[str]:
    """The names in a resource's inputs that Check has made of its logical name and random digits."""
    for key in inputs.get(_DEFAULTS, ()):
        if isinstance(value := inputs.get(key), str) and _RANDOM.search(value):
            yield value
    metadata = inputs.get("metadata")
    if isinstance(metadata, Mapping) and (metadata.get("annotations") or {}).get(_AUTONAMED) == "true":
        yield str(metadata["name"])


def _settled(value: Any) -> Any:
    """Inputs without what a provider has filled in, which follows from the rest of them."""
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    filled = {_DEFAULTS, *value.get(_DEFAULTS, ())}
    return {key: _settled(item) for key, item in sorted(value.items()) if key not in filled}
