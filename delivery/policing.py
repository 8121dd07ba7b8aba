"""What policies say of a stack's resources, for whichever engine plans them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from delivery.engines import Diagnostic, Update
from delivery.errors import ExitCode, Refused
from model.policies import load_exceptions
from policies import settings
from policies.judging import Judge, Unneeded, Violation
from policies.resource import Resource
from policies.rules import RULES

SHOWN = 3
"""So many resources are named that an advisory rule warns of."""


def judge(stack: str, config_dir: Path, now: datetime) -> Judge:
    """The rules as they are for a stack, on the engine's day. Raises ConfigError where a file is not good."""
    exceptions = load_exceptions(config_dir, [rule.id for rule in RULES])
    return Judge(settings.load(stack, config_dir), exceptions, now.date())


@dataclass(frozen=True)
class Judged:
    """What resources break and nobody answers for, and the exceptions that none of them needs."""

    violations: tuple[Violation, ...] = ()
    unneeded: tuple[Unneeded, ...] = ()


def judged(
    stack: str, config_dir: Path, now: datetime, resources: Collection[Resource], *, all_of_it: bool = False
) -> Judged:
    """What is to be said of a stack's resources; nothing is read where there are none. Raises ConfigError as `judge` does."""
    if not resources:
        return Judged()
    rules = judge(stack, config_dir, now)
    return sorted_out(rules, [found for resource in resources for found in rules.every(resource)], all_of_it=all_of_it)


def sorted_out(rules: Judge, found: Iterable[Violation], *, all_of_it: bool) -> Judged:
    """What is left of everything that resources break. Only whoever has seen all of a stack knows what it does not need."""
    found = list(found)
    left = tuple(each for each in found if not rules.answered(each))
    return Judged(left, tuple(rules.unneeded(found)) if all_of_it else ())


def errors(violations: Iterable[Violation]) -> list[Diagnostic]:
    """What mandatory rules forbid, as the errors of a run."""
    return [Diagnostic(each.urn, "error", str(each)) for each in violations if each.level == "mandatory"]


def code(update: Update) -> ExitCode:
    """How a command ends that has run a stack: refused where policies alone stood in its way."""
    if update.ok:
        return ExitCode.DONE
    forbidden = {(each.urn, each.message) for each in errors(update.violations)}
    others = [
        each for each in update.diagnostics if each.severity == "error" and (each.urn, each.message) not in forbidden
    ]
    return ExitCode.REFUSED if forbidden and not others else ExitCode.FAILED


def refused(update: Update, what: str) -> Refused | None:
    """The refusal of what policies alone stood in the way of; None where something else did."""
    if code(update) != ExitCode.REFUSED:
        return None
    forbidden = [each for each in update.violations if each.level == "mandatory"]
    refusals = [(each.policy, f"{each.resource}: {each.problem}", f"{each.rule.remedy}.") for each in forbidden]
    found = Refused(what, refusals)
    found.details |= update.as_json()
    return found


def warnings(update: Update) -> Iterator[str]:
    """A line for each advisory rule, however many resources break it, and for each exception that nothing needs."""
    by_rule: dict[str, list[Violation]] = {}
    for each in update.violations:
        if each.level == "advisory":
            by_rule.setdefault(each.policy, []).append(each)
    for id, found in by_rule.items():
        named = sorted({each.resource for each in found})
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        yield f"{id}: {found[0].rule.title}, which is not so of {', '.join(named[:SHOWN])}{more}. {found[0].rule.remedy}."
    yield from map(str, update.unneeded)
