"""What a plan would change: in words, as one hash that is approved and applied, and what in it is not the release's own."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from delivery import pins
from delivery.desk import Desk
from delivery.engines import HIDDEN, UNKNOWN, Engine, Step, Update, quiet
from delivery.pins import Pins
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


def follows(wanted: Update, before: Pins, after: Pins, partly: bool = False) -> bool:
    """Whether a plan with the pins after a move shows by itself that nothing is due with those before it.

    So it is where each thing that it changes, and that would not be tried again anyway, changes as the pins do: what is
    wanted of it is what it has, with the digest after the move put in place of the one before it.
    """
    moved = {f"/{image}@{old}": f"/{image}@{after.images.get(image, old)}" for image, old in before.images.items()}
    return all(_moved(step, moved) for step in beyond(wanted, partly))


@contextmanager
def repinned(desk: Desk, stack: str, wanted: Pins) -> Iterator[Engine]:
    """An engine that finds these pins in the stack's file; the file itself is not touched."""
    config = desk.place.config
    with TemporaryDirectory(prefix="slipway-plan-") as folder:
        for name in (FILE, *(stack_file(each) for each in stacks(config))):
            shutil.copy(config / name, folder)
        pins.write(stack, Path(folder), wanted)
        yield desk.engine.reading(Path(folder))


def planned(desk: Desk, stack: str, wanted: Pins) -> Update:
    """A plan of the stack as it would be with these pins. Its file has them already where a merge wrote them."""
    if wanted == pins.read(stack, desk.place.config):
        return desk.engine.run(stack, "plan", quiet)
    with repinned(desk, stack, wanted) as engine:
        return engine.run(stack, "plan", quiet)


def listed(plan: Update) -> list[Step]:
    """The changes that people read: all but those of Pulumi's own resources, such as the stack itself."""
    return [step for step in changes(plan) if not step.type.startswith("pulumi:")]


def counted(updates: Sequence[Update]) -> dict[str, int]:
    """How many resources updates one after the other have changed, by operation; `same` is what the last one has left alone."""
    operations = dict.fromkeys(operation for update in updates for operation in update.changes)
    changed = {operation: sum(update.changes.get(operation, 0) for update in updates) for operation in operations}
    return changed | {"same": updates[-1].changes["same"]} if "same" in updates[-1].changes else changed


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
    return step.op in ("create", "replace") or (step.op == "update" and not step.detail)


def _moved(step: Step, images: Mapping[str, str]) -> bool:
    """What is hidden or unknown may be anything."""
    if step.op != "update" or not step.before:
        return False
    before, wanted = (json.dumps(inputs, sort_keys=True, default=str) for inputs in (step.before, step.inputs))
    if HIDDEN in wanted or UNKNOWN in wanted:
        return False
    found = re.compile("|".join(map(re.escape, images)) or "(?!)")
    return found.sub(lambda match: images[match[0]], before) == wanted


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
