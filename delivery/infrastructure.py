"""A change that moves no release: planned, approved as that very plan, applied, and on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from delivery import announcing, freezes, guards, history, plans, stack_commands
from delivery.approvals_by_plan import PlanApprovals
from delivery.desk import Desk
from delivery.engines import Update
from delivery.errors import Failed, Locked, Refused
from delivery.facts import Facts, Refusal, short
from delivery.ledger import Ledger
from delivery.overtaking import Start
from delivery.pins import Pins
from delivery.progress import one_line
from delivery.record import PLAN, Record
from model.environment import Environment
from model.errors import ConfigError
from model.promotion import ApprovalRule, Promotion
from model.stacks import load_environment


@dataclass(frozen=True)
class Change:
    """What would change in a stack, and why it may not. `hash` is empty where nothing would."""

    stack: str
    plan: Update
    hash: str
    refusals: tuple[Refusal, ...]
    approvals: tuple[Mapping[str, str], ...] = ()

    @property
    def lines(self) -> list[str]:
        """The plan in words."""
        return plans.described(plans.listed(self.plan), most=40)


def decide(desk: Desk, stack: str, start: Start | None) -> Change:
    """Plan, and ask the guards over hours, holds and people. Nothing is asked of a stack in which nothing changes.

    A shared stack has no rules of its own. Raises Failed where GitHub does not answer: that is no permission.
    """
    loaded = load_environment(stack, desk.place.config)
    promotion = loaded.promotion if isinstance(loaded, Environment) else Promotion()
    plan = stack_commands.run(desk, stack, "plan")
    hash = plans.fingerprint(plan) if plan.ok and plans.changes(plan) else ""
    if plan.ok and not hash:
        return Change(stack, plan, "", ())
    now = desk.engine.now()
    facts = Facts(
        order=[stack],
        source=None,
        target=stack,
        wanted={},
        target_pins=Pins(),
        verb="apply",
        now=now,
        frozen=[(freeze.why, until) for freeze, until in freezes.holding(promotion.freezes, now)],
        held=history.why_held(Ledger(desk.place.config, stack).entries()),
        plan=hash,
        plan_errors=plans.errors(plan),
        **(_approvals(desk, stack, hash, promotion.approvals, start) if hash and promotion.approvals else {}),
    )
    refusals = guards.refusals(facts, guards.INFRASTRUCTURE)
    approvals = tuple({"who": each.who, "how": each.how} for each in guards.counting(facts))
    return Change(stack, plan, hash, tuple(refusals), approvals)


def carry_out(desk: Desk, change: Change, start: Start | None) -> Update:
    """Apply it for whoever holds the stack. What fails is neither rolled back nor puts the environment on hold: there is no
    way back from half a change but the rest of it, or another change.

    Raises Failed where it fails, Locked, ConfigError and Refused where nothing began.
    """
    stack, record = change.stack, Record(desk, change.stack)
    facts: dict[str, Any] = {"verb": history.APPLY, "plan": change.hash, "counts": _counts(change.plan)}
    if change.approvals:
        facts["approvals"] = [dict(each) for each in change.approvals]
    if start:
        facts["commit"] = start.commit
    record.add(history.BEGUN, facts)
    try:
        record.commit(f"apply to {stack}", {PLAN: change.hash})
    except Failed as error:
        record.add(history.WITHDRAWN, {**facts, "reason": error.what})
        record.commit(f"apply to {stack} was withdrawn", publish=False)
        raise
    try:
        update = stack_commands.run(desk, stack, "up")
    except (Locked, ConfigError, Refused) as error:
        record.add(history.WITHDRAWN, {**facts, "reason": str(error)})
        record.commit(f"apply to {stack} was withdrawn")
        raise
    except Failed as error:
        raise _failed(desk, record, change, facts, [f"it broke off: {error.what}"]) from None
    if errors := plans.errors(update):
        raise _failed(desk, record, change, {**facts, "changes": _counts(update)}, errors)
    entry = record.add(history.DONE, {**facts, "changes": _counts(update)})
    record.commit(f"{stack} is as its files say")
    announcing.applied(desk, stack, entry)
    return update


def _failed(desk: Desk, record: Record, change: Change, facts: Mapping[str, Any], errors: list[str]) -> Failed:
    stack, reasons = change.stack, [one_line(each) for each in errors]
    entry = record.add(history.FAILED, {**facts, "reason": "; ".join(reasons)})
    record.commit(f"apply to {stack} failed")
    announcing.applied(desk, stack, entry)
    remedy = (
        f"What was done stays: nothing is rolled back, and {stack} is not on hold. 'slipway plan {stack}' shows what is "
        "left. Merge a repair, or run 'slipway apply' again."
    )
    return Failed("\n".join([f"apply to {stack} failed", *(f"  {each}" for each in reasons)]), remedy)


def _approvals(desk: Desk, stack: str, hash: str, rule: ApprovalRule, start: Start | None) -> dict[str, Any]:
    """Who agreed to this plan, as facts."""
    uncounted = {desk.who.casefold(): "applies it"}
    if rule.by == "record":
        kept = desk.approvals_on_record()
        void = tuple((each.who, each.why) for each in kept.rejected(stack, hash))
        return {"approval": rule, "approvals": tuple(kept.given(stack, hash)), "uncounted": uncounted, "void": void}
    if start is None:
        raise Failed(
            f"{stack} asks for reviews, and {desk.place.config} is in no git repository that a pull request could be of",
            "Work in a clone of the platform repository.",
        )
    github = desk.platform_github()
    read = PlanApprovals(github, start.brought())
    uncounted |= {who.casefold(): "has made it" for who in read.authors() if who}
    members = frozenset(who.casefold() for team in rule.teams for who in github.members(team)) if rule.teams else None
    return {
        "approval": rule,
        "approvals": tuple(read.given(stack, hash)),
        "uncounted": uncounted,
        "members": members,
        "void": tuple(read.rejected(stack, hash)),
    }


def _counts(update: Update) -> dict[str, int]:
    return {operation: count for operation, count in update.changes.items() if count and operation != "same"}


def refused(change: Change) -> Refused:
    """The refusal, with the plan that has to be looked at."""
    told = [(each.guard, each.problem, each.remedy) for each in change.refusals]
    what = f"apply to {change.stack} is refused" + (f" (plan {short(change.hash)})" if change.hash else "")
    found = Refused(what, told)
    found.details |= {"stack": change.stack, "plan": change.hash, "changes": change.lines}
    return found
