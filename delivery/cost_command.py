"""`slipway cost`: which stacks are meant, and what is printed of them."""

from collections.abc import Sequence

from costs.assumptions import parsed
from delivery import cost_report, costing, screen
from delivery.costing import Estimated
from delivery.desk import Desk
from delivery.errors import ExitCode
from model.errors import ConfigError, Problem
from model.stacks import load_environment


def show(
    desk: Desk,
    stack: str | None,
    every: bool,
    other: str | None,
    number: int | None,
    assume: Sequence[str],
    as_json: bool,
) -> ExitCode:
    """One stack, a preview by its pull request, all of them, or two side by side.

    With all of them one that has no estimate makes the exit code FAILED. Raises ConfigError for what does not go together,
    Failed where a stack that is named cannot be estimated.
    """
    assumptions = parsed(assume)
    one = _named(stack, every, other, number)
    if one is None:
        found = costing.of_all(desk, assumptions)
        if as_json:
            screen.print_json(cost_report.all_as_json(found, assumptions))
        else:
            screen.out().print(cost_report.sums(found))
    elif other is not None:
        load_environment(other, desk.place.config)  # refused before the first one is planned, which takes a while
        found = [costing.of_stack(desk, one, assumptions), costing.of_stack(desk, other, assumptions)]
        if as_json:
            screen.print_json(cost_report.difference_as_json(found[0], found[1], assumptions))
        elif found[0].estimate and found[1].estimate:
            screen.out().print(cost_report.side_by_side(found[0].estimate, found[1].estimate))
    else:
        found = [costing.of_stack(desk, one, assumptions)]
        _one(found[0], as_json, cost_report.values(assumptions))
    if not as_json:
        for line in cost_report.remarks(found, assumptions):
            screen.out().print(line)
    return ExitCode.FAILED if any(each.error for each in found) else ExitCode.DONE


def _one(found: Estimated, as_json: bool, assumptions: object) -> None:
    if found.estimate is None:
        return
    if as_json:
        screen.print_json({**cost_report.as_json(found.estimate, found.planned), "assumptions": assumptions})
    else:
        screen.out().print(cost_report.table(found.estimate))


def _named(stack: str | None, every: bool, other: str | None, number: int | None) -> str | None:
    """The stack that is meant; None for all of them."""
    ways = [name for name, given in (("STACK", stack), ("--all", every), ("--pr", number)) if given]
    if len(ways) > 1:
        what = f"{' and '.join(ways)} do not go together"
        raise ConfigError(Problem("command line", ways[-1], what, "Leave all but one of them out."))
    if not ways:
        raise ConfigError(
            Problem("command line", "STACK", "no stack is named", "Name one, such as dev, or write --all.")
        )
    if every and other is not None:
        raise ConfigError(Problem("command line", "--diff", "it does not go with --all", "Name a stack instead."))
    return None if every else stack or f"pr-{number}"
