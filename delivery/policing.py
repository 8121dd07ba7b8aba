"""What policies say of a stack's resources, for whichever engine plans them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from rich.markup import escape

from delivery.engines import Diagnostic, Update
from delivery.errors import ExitCode
from model.policies import load_exceptions
from policies import settings
from policies.judging import Judge, Violation
from policies.resource import Resource
from policies.rules import RULES

SHOWN = 3
"""So many resources are named that an advisory rule warns of."""


def judge(stack: str, config_dir: Path, now: datetime) -> Judge:
    """The rules as they are for a stack, on the engine's day. Raises ConfigError where a file is not good."""
    exceptions = load_exceptions(config_dir, [rule.id for rule in RULES])
    return Judge(settings.load(stack, config_dir), exceptions, now.date())


def judged(stack: str, config_dir: Path, now: datetime, resources: Collection[Resource]) -> tuple[Violation, ...]:
    """What resources of a stack break; nothing is read where there are none. Raises ConfigError as `judge` does."""
    if not resources:
        return ()
    found = judge(stack, config_dir, now)
    return tuple(violation for resource in resources for violation in found(resource))


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


def warnings(update: Update) -> Iterator[str]:
    """A line in rich's markup for each advisory rule, however many resources break it."""
    by_rule: dict[str, list[Violation]] = {}
    for each in update.violations:
        if each.level == "advisory":
            by_rule.setdefault(each.policy, []).append(each)
    for id, found in by_rule.items():
        named = sorted({each.resource for each in found})
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        what = (
            f"{id}: {found[0].rule.title}, which is not so of {', '.join(named[:SHOWN])}{more}. {found[0].rule.remedy}."
        )
        yield f"[yellow]warning[/]: {escape(what)}"
