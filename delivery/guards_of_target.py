"""Guards over where a release goes: hours, holds, people, and what else would change there."""

from delivery.approvals import Approval
from delivery.facts import Facts, Refusal, Verb, short
from delivery.progress import one_line
from model.promotion import ApprovalRule


def nothing_unfinished(facts: Facts) -> Refusal | None:
    """What was cut short is ended first, one way or the other."""
    if not facts.unfinished or facts.verb == "rollback":
        return None
    remedy = f"Finish it with 'slipway up {facts.target}', or go back with 'slipway rollback {facts.target}'."
    return Refusal("nothing-unfinished", f"in {facts.target} {facts.unfinished}", remedy)


def plan_works(facts: Facts) -> Refusal | None:
    """What cannot even be planned is not begun."""
    if not facts.plan_errors:
        return None
    return Refusal(
        "plan-works",
        f"the plan of {facts.target} fails: {'; '.join(map(one_line, facts.plan_errors))}",
        f"Look at 'slipway plan {facts.target}'.",
    )


def not_frozen(facts: Facts) -> Refusal | None:
    """Hours in which nothing new comes. What makes it worse to wait than to go back may go back."""
    if not facts.frozen or facts.verb == "rollback":
        return None
    told = [f"{why} (until {until:%Y-%m-%d %H:%M} UTC)" if until else f"{why} (no end)" for why, until in facts.frozen]
    return Refusal("not-frozen", f"{facts.target} is frozen: {'; '.join(told)}", "Wait until then.")


def not_on_hold(facts: Facts) -> Refusal | None:
    """Somebody, or a rollout that failed, has said stop; only a person says go."""
    if facts.held is None or facts.verb == "rollback":
        return None
    who, why = facts.held
    remedy = f"Find out whether the reason still holds, then 'slipway unhold {facts.target} --why ...'."
    return Refusal("not-on-hold", f"{facts.target} is on hold since {who} said: {why}", remedy)


def approved(facts: Facts) -> Refusal | None:
    """Enough people have agreed to this very plan, none of them the release's author or whoever asks for it. Nobody has to agree to
    what is there already."""
    rule = facts.approval
    if rule is None or facts.verb == "rollback" or facts.nothing_moves:
        return None
    counted = {each.who.casefold() for each in counting(facts)}
    if len(counted) >= rule.count:
        return None
    others = {who: why for who, why in facts.void if who.casefold() not in counted}
    others |= {each.who: why for each in facts.approvals if (why := _uncounted(facts, rule, each))}
    needed = "1 approval" if rule.count == 1 else f"{rule.count} approvals"
    problem = f"{facts.target} needs {needed} of this plan ({short(facts.plan)}) and has {len(counted)}"
    problem += f" ({', '.join(sorted(counted))})" if counted else ""
    problem += "".join(f"; {who} does not count: {why}" for who, why in sorted(others.items()))
    return Refusal("approved", problem, _how_to_approve(facts.verb, rule.by, facts.target))


def counting(facts: Facts) -> list[Approval]:
    """The approvals that count: of people who may give them. Where nobody has to agree, there are none."""
    rule = facts.approval
    return [each for each in facts.approvals if not _uncounted(facts, rule, each)] if rule else []


def _uncounted(facts: Facts, rule: ApprovalRule, approval: Approval) -> str:
    """Why somebody's word does not count here; empty where it does."""
    who = approval.who.casefold()
    if who in facts.uncounted:
        return facts.uncounted[who]
    if rule.people and who not in {person.casefold() for person in rule.people}:
        return "is not among the people who may"
    if facts.members is not None and who not in facts.members:
        return f"is in none of the teams {', '.join(rule.teams)}"
    return ""


def _how_to_approve(verb: Verb, by: str, target: str) -> str:
    if verb == "apply" and by == "review":
        return f"Look at the plan, and open a pull request again for its reviewers to see it, or run 'slipway up {target}' by hand."
    if verb == "apply":
        return f"Look at the plan, and have somebody run 'slipway approve {target} --infra'; then 'slipway apply {target}'."
    if by == "review":
        return f"Open the pull request with --pr and have it reviewed, then ask again or merge it and 'slipway apply {target}'."
    return f"Have somebody else run 'slipway approve {target}' with the same arguments, then ask again."


def only_the_release(facts: Facts) -> Refusal | None:
    """An update applies whatever else changed in program and config. That has its own review, not this one's."""
    if not facts.beyond or facts.with_infra:
        return None
    return Refusal(
        "only-the-release",
        f"{facts.target} would change in more than the release: {'; '.join(facts.beyond)}",
        f"Apply that first with 'slipway up {facts.target}', or add --with-infra.",
    )
