"""`slipway approve ENV`: agreeing, on record, to what a promotion or an `apply` would change."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape

from delivery import history, plans, promote, screen, stack_commands
from delivery.deciding import Asked
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Failed, Refused
from delivery.releases import Releases
from delivery.service_changes import described
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.promotion import ApprovalRule
from model.stacks import load_environment, stack_file


def approve(
    desk: Desk,
    environment: str,
    source: str | None,
    service: str,
    release: str | None,
    key: Path | None,
    as_json: bool,
) -> None:
    """Plan what `promote` with these arguments would change, show it, and sign it.

    Guards over time do not keep anybody from agreeing beforehand: the plan stays the same. Raises Failed where there is
    nothing to agree to, or no repository to sign in; ConfigError and Refused where this person's word would not count.
    """
    promote.names(desk, environment, source, service, release)
    rule = _rule(desk, environment)
    decision = promote.decide(desk, environment, source, service=service, release=release, asked=Asked(later=True))
    move = decision.move
    if not move.plan or not move.changed():
        reasons = "; ".join(refusal.problem for refusal in decision.refusals)
        raise Failed(f"there is nothing to approve in {environment}", reasons)
    recorded = Releases(desk.place.config).named(move.release)
    _may(desk.who, rule, recorded.author if recorded else "")
    facts = {"verb": move.verb, "release": move.release, "images": dict(move.after.images), "moved": move.moved}
    _sign(desk, environment, move.plan, facts, key)
    if as_json:
        screen.print_json({"environment": environment, "subject": move.plan, "who": desk.who, **facts})
        return
    screen.out().print(
        f"[bold]{escape(desk.who)} approves {move.verb} of {move.release or 'what runs'} to {environment}[/]"
    )
    for line in [*described(move.services), *decision.plan]:
        screen.out().print(f"  {escape(line)}")
    screen.out().print(f"plan {move.plan}")


def approve_infrastructure(desk: Desk, environment: str, key: Path | None, as_json: bool) -> None:
    """Plan what `apply` would change without moving a release, show it, and sign it.

    Raises Failed where nothing would change, the plan fails, or there is no repository to sign in; ConfigError and Refused where this
    person's word would not count.
    """
    known(desk, environment)
    _may(desk.who, _rule(desk, environment))
    plan = stack_commands.run(desk, environment, "plan")
    if errors := plans.errors(plan):
        raise Failed(f"the plan of {environment} fails: {'; '.join(errors)}", "Repair it first.")
    if not plans.changes(plan):
        raise Failed(f"there is nothing to approve in {environment}", "Its plan is empty.")
    subject, facts = plans.fingerprint(plan), {"verb": history.APPLY}
    _sign(desk, environment, subject, facts, key)
    if as_json:
        screen.print_json({"environment": environment, "subject": subject, "who": desk.who, **facts})
        return
    screen.out().print(f"[bold]{escape(desk.who)} approves a change of {environment}[/]")
    for line in plans.described(plans.listed(plan), most=40):
        screen.out().print(f"  {escape(line)}")
    screen.out().print(f"plan {subject}")


def _rule(desk: Desk, environment: str) -> ApprovalRule:
    """What the environment asks for. Raises ConfigError where no signed commit ever counts."""
    loaded = load_environment(environment, desk.place.config)
    rule = loaded.promotion.approvals if isinstance(loaded, Environment) else None
    if rule is None:
        what, remedy = "nobody has to approve", "Leave it, or write approvals: {count: 1, by: record} there."
    elif rule.by == "review":
        what = "reviews of the pull request count, and no signed commits"
        remedy = "Review it on GitHub, or write by: record there."
    else:
        return rule
    raise ConfigError(Problem(stack_file(environment), "slipway:promotion.approvals", what, remedy))


def _may(who: str, rule: ApprovalRule, author: str = "") -> None:
    """Raises Refused for whose word the guard over approvals would not count, whoever asks later."""
    people = {each.casefold() for each in rule.people}
    if author and who.casefold() == author.casefold():
        why = f"{who} is the author of the release"
    elif people and who.casefold() not in people:
        why = f"{who} is not among the people who may: {', '.join(rule.people)}"
    else:
        return
    raise Refused("the approval is not given", [("approved", why, "Have somebody approve whose word counts.")])


def _sign(desk: Desk, environment: str, subject: str, facts: Mapping[str, Any], key: Path | None) -> None:
    """Put it on record, if this person's word for it does not stand there already."""
    kept = desk.approvals_on_record()
    if any(each.who == desk.who for each in kept.given(environment, subject)):
        screen.err().print(escape(f"{desk.who} has approved this plan already"), style="yellow")
        return
    kept.approve(environment, subject, desk.who, desk.engine.now(), facts, key=str(key) if key else "", push=desk.push)
