"""What limits a run to a part of a stack: `--target`, `--target-dependents` and `--replace`, checked before it begins."""

import difflib
from collections.abc import Iterable, Sequence

from delivery import progress
from delivery.desk import Desk
from delivery.engines import Event, Mode, Part
from model.errors import ConfigError, Problem


def check(desk: Desk, stack: str, mode: Mode, part: Part) -> None:
    """Refuse URNs that no resource has. What is only about to be made is found by a plan; patterns are left alone.

    Raises ConfigError.
    """
    wanted = [("--target", urn) for urn in part.targets] + [("--replace", urn) for urn in part.replaces]
    literal = [(option, urn) for option, urn in wanted if "*" not in urn]
    if not literal:
        return
    known = {each.urn for each in desk.engine.kept(stack)}
    if mode in ("up", "plan") and any(option == "--target" and urn not in known for option, urn in literal):
        known |= _planned(desk, stack)
    problems = [
        Problem("command line", option, f"no resource of '{stack}' is '{urn}'", _meant(urn, sorted(known)))
        for option, urn in literal
        if urn not in known
    ]
    if problems:
        raise ConfigError(*problems)


def _planned(desk: Desk, stack: str) -> set[str]:
    """What the program registers. A program that fails registers less than it would, which its run will tell."""
    found: set[str] = set()

    def hear(event: Event) -> None:
        found.add(event.urn)

    with progress.shown(f"Looking for the targets in {stack}", every_step=False):
        desk.engine.run(stack, "plan", hear)
    return found - {""}


def _meant(given: str, known: Sequence[str]) -> str:
    """The URN that was probably meant: the closest one, or one with that name, rather a child than its component."""
    names = {_name(urn): urn for urn in sorted(known, key=len)}
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.8) or [
        names[name] for name in difflib.get_close_matches(_name(given), names, n=1)
    ]
    if not near:
        return "The URNs are in 'slipway plan STACK --json'; '**' stands for any text, as in '**::cluster'."
    return f"Did you mean '{near[0]}'? Quote it, since a shell takes what follows a $."


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def part(targets: Iterable[str] | None, dependents: bool = False, replaces: Iterable[str] | None = None) -> Part:
    """From the options as they were given. Raises ConfigError for dependents of nothing."""
    found = Part(targets=tuple(targets or ()), dependents=dependents, replaces=tuple(replaces or ()))
    if dependents and not found.targets:
        remedy = "Add --target URN, or leave it out."
        raise ConfigError(Problem("command line", "--target-dependents", "there is no target", remedy))
    return found
