"""`up`, `plan`, `refresh`, `destroy` and `outputs`: a stack as it is, without moving any release."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from delivery import adopting, limits, progress, rollout, standing
from delivery.desk import Desk
from delivery.engines import WHOLE, Mode, Part, Report, Update
from delivery.errors import Failed, Refused
from model import names
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.preview import Preview
from model.stacks import load_environment, stack_file

TITLES: dict[Mode, str] = {
    "up": "Bringing up {}",
    "plan": "Planning {}",
    "destroy": "Taking down {}",
    "refresh": "Refreshing {}",
}


Show = Callable[[str], AbstractContextManager[Report]]
"""How progress is shown, by a title."""


def update(desk: Desk, stack: str, mode: Mode, part: Part = WHOLE, show: Show = progress.shown) -> Update:
    """Run a stack or a part of it and show progress. An `up` of all also ends what was cut short in the ledger."""
    done = run(desk, stack, mode, part, show)
    if mode == "up" and done.ok and not part.targets:
        rollout.settle(desk, stack)
    return done


def run(desk: Desk, stack: str, mode: Mode, part: Part = WHOLE, show: Show = progress.shown) -> Update:
    """The same without a word in the ledger, for whoever writes their own."""
    loaded = None
    if mode != "destroy" or stack not in desk.engine.stacks(beside=stack):
        loaded = load_environment(stack, desk.place.config)
    if mode == "destroy":
        _unprotected(desk, stack)
        _nobody_borrows(desk, stack)
    if loaded:
        standing.check(desk, stack, mode, loaded)
    limits.check(desk, stack, mode, part)
    if mode == "up" and loaded and adopting.asks(desk, stack, loaded):
        with show(TITLES["plan"].format(stack)) as report:
            plan = desk.engine.run(stack, "plan", report, part)
        adopting.check_names(stack, loaded, plan)
        adopting.refuse_differences(stack, plan)
    with show(TITLES[mode].format(stack)) as report:
        done = desk.engine.run(stack, mode, report, part)
    if mode == "plan" and loaded and not part.targets:
        adopting.check_names(stack, loaded, done)
    return done


def _unprotected(desk: Desk, stack: str) -> None:
    """Refused before anything is asked of a cloud, which would say so only when most is gone already."""
    if not (desk.place.config / stack_file(stack)).exists():
        return
    loaded = load_environment(stack, desk.place.config)
    if isinstance(loaded, Environment) and loaded.deletion_protection:
        remedy = f"Set slipway:deletionProtection to false in {stack_file(stack)} and 'slipway up {stack}' first."
        raise Refused(f"taking down {stack} is refused", [("deletion-protection", f"{stack} is protected", remedy)])


def _nobody_borrows(desk: Desk, stack: str) -> None:
    """What a preview stands on is not taken away: nothing could remove the preview afterwards."""
    refusals = []
    for other in desk.engine.stacks(beside=stack):
        if names.PREVIEW.fullmatch(other) and (desk.place.config / stack_file(other)).exists():
            loaded = load_environment(other, desk.place.config)
            if isinstance(loaded, Preview) and loaded.base == stack:
                number = loaded.pull_request.number
                remedy = f"Close it first with 'slipway pr close {number}'."
                refusals.append(("nobody-borrows", f"the preview {other} stands on {stack}", remedy))
    if refusals:
        raise Refused(f"taking down {stack} is refused", refusals)


def outputs(desk: Desk, stack: str, show_secrets: bool) -> dict[str, Any]:
    """What the stack exports. Raises Failed where it was never brought up."""
    load_environment(stack, desk.place.config)
    found = desk.engine.outputs(stack, show_secrets)
    if found is None:
        raise Failed(f"'{stack}' was never brought up", f"Bring it up with 'slipway up {stack}'.")
    return found


def agree(desk: Desk, stack: str, part: Part, yes: bool) -> None:
    """Ask before a real cloud loses something. The sandbox loses nothing of worth, so it never asks."""
    if yes or desk.engine.name == "sandbox":
        return
    if not sys.stdin.isatty():
        raise ConfigError(
            Problem("command line", "--yes", f"taking down {stack} in a real cloud needs a yes", "Add --yes.")
        )
    what = f"{', '.join(part.targets)} of" if part.targets else "everything of"
    sys.stderr.write(f"Take down {what} '{stack}'? Type its name to agree: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != stack:
        raise Failed("nothing was done", "The name typed was another one.")
