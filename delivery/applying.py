"""`slipway apply`: what a build does after a merge, one stack after the other in the order of promotion."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.markup import escape

from delivery import infrastructure, merged, overtaking, planning, plans, progress, screen
from delivery.desk import Desk
from delivery.engines import Update
from delivery.errors import Ended, Refused
from delivery.facts import Refusal
from delivery.holding import held
from delivery.infrastructure import Change
from delivery.move import Decision
from delivery.overtaking import Start
from delivery.pins import Pins
from delivery.plan_comment import counts
from delivery.promote import checked
from delivery.rollout import roll_out_held
from delivery.service_changes import described
from delivery.waiting import Patience
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.stacks import load_environment


@dataclass
class Walk:
    """One run: `done` is what it has told of each stack, `moved` are the stacks whose pins it has written."""

    desk: Desk
    start: Start | None
    patience: Patience
    as_json: bool
    done: list[dict[str, Any]] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    newer: str | None = None


def publishing(desk: Desk, push: bool) -> Desk:
    """The desk that publishes its commits. Unlike other commands this one does not begin with what is published: a run
    that has been overtaken must notice. Raises ConfigError where there is nothing to publish to."""
    if push and desk.repository is None:
        what = f"{desk.place.config} is in no git repository, so there is nothing to publish"
        raise ConfigError(Problem("command line", "--push", what, "Leave it out, or work in a clone."))
    return replace(desk, push=push)


def apply(desk: Desk, named: Sequence[str], wait: float, dry_run: bool, as_json: bool) -> None:
    """Bring every stack, or those named, to what its files say; `wait` is for others, in seconds in all.

    Stops without a word of failure where a newer run will do the rest. Raises Refused, Failed or Locked where a stack
    cannot be brought there: those after it are not touched.
    """
    stacks = planning.in_order(desk, named, "ENV")
    walk = Walk(desk, overtaking.start(desk), Patience(wait, _tell), as_json)
    if dry_run:
        _look(walk, stacks)
        return
    for stack in stacks:
        try:
            walk.patience.until_free(lambda stack=stack: _step(walk, stack))
        except Ended as ended:
            left = stacks[stacks.index(stack) + 1 :]
            ended.details |= {"stacks": walk.done, "untouched": left}
            if left:
                _tell(f"not touched: {', '.join(left)}")
            raise
        if walk.newer:
            break
    if as_json:
        screen.print_json({"stacks": walk.done, "overtaken_by": walk.newer})


def _step(walk: Walk, stack: str) -> None:
    """One stack, held by nobody else from the plan to the end."""
    desk = walk.desk
    with held(desk.place.config, stack, desk.who, walk.patience):
        walk.newer = walk.start.newer(walk.moved) if walk.start else None
        if walk.newer:
            _say(walk, f"{walk.newer[:12]} is published by now: a newer run applies it from {stack} on")
            return
        if wanted := _pending(desk, stack):
            decision = merged.decide(desk, stack, *wanted)
            _announce(walk, decision)
            move = checked(decision)
            walk.moved.add(stack)
            with progress.shown(f"Rolling out in {stack}") as report:
                updates = roll_out_held(desk, move, report)
            _done(walk, stack, "moved", updates[-1], decision.move.facts())
            _say(walk, f"{stack}: {move.release} runs there, every service ready")
            return
        change = infrastructure.decide(desk, stack, walk.start)
        if not change.hash and not change.refusals:
            walk.done.append({"stack": stack, "outcome": "unchanged"})
            _say(walk, f"{stack}: nothing changes")
            return
        _show(walk, change)
        if change.refusals:
            raise infrastructure.refused(change)
        update = infrastructure.carry_out(desk, change, walk.start)
        _done(
            walk,
            stack,
            "applied",
            update,
            {"plan": change.hash, "approvals": [dict(each) for each in change.approvals]},
        )
        _say(walk, f"{stack}: applied, plan {change.hash}")


def _look(walk: Walk, stacks: Sequence[str]) -> None:
    """What a run would do now, all stacks, whoever refuses. Raises Refused at the end where guards would."""
    refusals: list[Refusal] = []
    for stack in stacks:
        if wanted := _pending(walk.desk, stack):
            decision = merged.decide(walk.desk, stack, *wanted)
            _announce(walk, decision)
            found, lines, plan = decision.refusals, list(decision.plan), decision.move.plan
        else:
            change = infrastructure.decide(walk.desk, stack, walk.start)
            _show(walk, change)
            found, lines, plan = change.refusals, change.lines, change.hash
        outcome = "refused" if found else "moves" if wanted else "applies" if plan else "unchanged"
        walk.done.append({"stack": stack, "outcome": outcome, "plan": plan, "changes": lines})
        if outcome == "unchanged":
            _say(walk, f"{stack}: nothing changes")
        refusals += found
    if refusals:
        refused = Refused("apply is refused", [(each.guard, each.problem, each.remedy) for each in refusals])
        refused.details |= {"stacks": walk.done, "dry_run": True}
        raise refused
    if walk.as_json:
        screen.print_json({"stacks": walk.done, "dry_run": True})
    else:
        screen.out().print("No guard refuses. Nothing was changed.")


def _pending(desk: Desk, stack: str) -> tuple[Pins, Pins] | None:
    """The pins that a merge brought to an environment and that have not moved yet."""
    is_environment = isinstance(load_environment(stack, desk.place.config), Environment)
    return merged.pending(desk, stack) if is_environment else None


def _announce(walk: Walk, decision: Decision) -> None:
    move = decision.move
    _say(walk, f"{move.target}: {move.verb} {move.release or 'what is pinned'}, which was merged")
    for line in [*described(move.services), *decision.plan]:
        _say(walk, f"    {line}")


def _show(walk: Walk, change: Change) -> None:
    if change.hash:
        _say(walk, f"{change.stack}: {counts(change.plan)}; plan {change.hash}")
        for line in change.lines:
            _say(walk, f"    {line}")


def _done(walk: Walk, stack: str, outcome: str, update: Update, facts: dict[str, Any]) -> None:
    steps = [{"op": each.op, "urn": each.urn} for each in plans.changes(update)]
    walk.done.append({"stack": stack, "outcome": outcome, **facts, "changes": dict(update.changes), "steps": steps})


def _say(walk: Walk, line: str) -> None:
    if not walk.as_json:
        screen.out().print(escape(line))


def _tell(line: str) -> None:
    screen.err().print(escape(line), style="yellow")
