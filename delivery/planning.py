"""`slipway plan` of several stacks, and as the one comment on a pull request."""

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from delivery import (
    plan_comment,
    plan_cost,
    plan_kept,
    policing,
    progress,
    progress_events,
    report,
    screen,
    stack_commands,
)
from delivery.desk import Desk
from delivery.engines import WHOLE, Part
from delivery.errors import Ended, ExitCode
from delivery.plan_comment import Planned
from delivery.plan_kept import Kept
from model import names
from model.errors import ConfigError, Problem, closest
from model.order import order
from model.shared_rules import shared_stacks
from model.stacks import load_environment
from model.stacks import stacks as stacks_with_files


def in_order(desk: Desk, named: Sequence[str] = (), key: str = "STACK") -> list[str]:
    """Shared stacks, then the environments in the order of promotion; of them those that are named, or all.

    Raises ConfigError for a name that is none of them.
    """
    known = [*sorted(shared_stacks(desk.place.config)), *order(desk.place.config)]
    if unknown := [name for name in named if name not in known]:
        problem = f"'{unknown[0]}' is no shared stack and no environment"
        raise ConfigError(Problem("command line", key, problem, closest(unknown[0], known)))
    return [name for name in known if not named or name in named]


def show(
    desk: Desk,
    stacks: Sequence[str],
    comment: int | None,
    part: Part,
    as_json: bool,
    events: bool = False,
    save: Path | None = None,
) -> ExitCode:
    """Plan stacks, print the plans, and put them on pull request `comment` where one is named, or into `save` for another build to do
    that.

    One stack that cannot be planned keeps no other from it; it makes the exit code FAILED, or REFUSED where all that is wrong is
    what policies forbid. Raises ConfigError for what
    does not go together, Failed where GitHub does not take the comment.
    """
    if not stacks and comment is None:
        raise ConfigError(Problem("command line", "STACK", "no stack is named", "Name one, such as dev."))
    if part != WHOLE and (comment is not None or save or len(stacks) > 1):
        what = "a part of a stack goes neither with several stacks nor with --comment or --save"
        raise ConfigError(Problem("command line", "--target", what, "Name one stack alone."))
    if comment is None and save is None and len(stacks) == 1:
        return _one(desk, stacks[0], part, as_json, events)
    if events:
        what = "it is of one plan alone, without --comment or --save"
        raise ConfigError(Problem("command line", "--events", what, "Name one stack."))
    _check_known(desk, stacks)
    github = desk.platform_github() if comment is not None else None
    planned = [_planned(desk, stack) for stack in (stacks or _all(desk))]
    if not as_json:
        for each in planned:
            _print(each)
    body = plan_comment.body(planned)
    url = github.comment(comment, plan_comment.marker(stacks), body) if github and comment else ""
    code = _code(planned)
    if save:
        save.write_bytes(plan_kept.packed(Kept(body, code)))
    if as_json:
        told = {each.stack: _told(each) for each in planned}
        screen.print_json({"stacks": told, **({"comment": url} if url else {})})
    elif url:
        screen.out().print(escape(f"commented on pull request {comment}: {url}"))
    return code


def saved(desk: Desk, stacks: Sequence[str], comment: int | None, text: str) -> ExitCode:
    """Put a plan of these stacks that was saved on a pull request; what it has ended with. Raises ConfigError where it is none of
    them, Failed where GitHub does not take the comment."""
    if comment is None or not stacks:
        what = "it is for the comment on a pull request, of stacks that are named"
        raise ConfigError(
            Problem("command line", "--saved", what, "Write 'slipway plan STACK --comment N --saved TEXT'.")
        )
    kept = plan_kept.unpacked(text, in_order(desk, stacks))
    url = desk.platform_github().comment(comment, plan_comment.marker(stacks), kept.body)
    screen.out().print(escape(f"commented on pull request {comment}: {url}"))
    return kept.code


def _code(planned: Sequence[Planned]) -> ExitCode:
    codes = {policing.code(each.plan) if each.plan else ExitCode.FAILED for each in planned}
    return next((code for code in (ExitCode.FAILED, ExitCode.REFUSED) if code in codes), ExitCode.DONE)


def _all(desk: Desk) -> list[str]:
    """Every stack that has a file, previews left out: by name where a file is wrong, so that no order can be told."""
    try:
        return in_order(desk)
    except ConfigError:
        return [stack for stack in stacks_with_files(desk.place.config) if not names.PREVIEW.fullmatch(stack)]


def _check_known(desk: Desk, named: Sequence[str]) -> None:
    """Raises ConfigError for a name that no stack has: what is wrong in the file of one that there is, its own plan tells."""
    known = stacks_with_files(desk.place.config)
    for stack in named:
        if stack not in known:
            load_environment(stack, desk.place.config)


def _one(desk: Desk, stack: str, part: Part, as_json: bool, events: bool) -> ExitCode:
    show = progress_events.streamed if events else progress.shown
    update = stack_commands.update(desk, stack, "plan", part, show)
    cost = plan_cost.of_plan(desk, update)
    told = {**update.as_json(), "cost": cost.as_json() if cost else None}
    if events:
        progress_events.end(told)
    elif as_json:
        screen.print_json(told)
    else:
        for line in report.lines(update, cost):
            screen.out().print(line)
    return policing.code(update)


def _planned(desk: Desk, stack: str) -> Planned:
    try:
        plan = stack_commands.update(desk, stack, "plan")
        return Planned(stack, plan, cost=plan_cost.of_plan(desk, plan))
    except Ended as error:
        return Planned(stack, None, error.what)
    except ConfigError as error:
        return Planned(stack, None, str(error))


def _print(each: Planned) -> None:
    if each.plan is None:
        screen.out().print(f"{escape(each.stack)} plan: [red]failed[/], {escape(each.error)}")
        return
    for line in report.lines(each.plan, each.cost):
        screen.out().print(line)


def _told(each: Planned) -> dict[str, object]:
    if each.plan is None:
        return {"ok": False, "error": each.error, "hash": None}
    return {**each.plan.as_json(), "hash": each.hash or None, "cost": each.cost.as_json() if each.cost else None}
