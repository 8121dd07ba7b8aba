"""`slipway approve ENV`: agreeing, on record, to what a promotion or an `apply` would change."""

from pathlib import Path

from rich.markup import escape

from delivery import history, plans, promote, screen, stack_commands
from delivery.deciding import Asked
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Failed
from delivery.service_changes import described


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
    nothing to agree to, or no repository to sign in.
    """
    decision = promote.decide(desk, environment, source, service=service, release=release, asked=Asked(later=True))
    move = decision.move
    if not move.plan or not move.changed():
        reasons = "; ".join(refusal.problem for refusal in decision.refusals)
        raise Failed(f"there is nothing to approve in {environment}", reasons)
    facts = {"verb": move.verb, "release": move.release, "images": dict(move.after.images), "moved": move.moved}
    desk.approvals_on_record().approve(
        environment, move.plan, desk.who, desk.engine.now(), facts, key=str(key) if key else "", push=desk.push
    )
    if as_json:
        screen.print_json({"environment": environment, "subject": move.plan, "who": desk.who, **facts})
        return
    screen.out().print(f"[bold]{desk.who} approves {move.verb} of {move.release or 'what runs'} to {environment}[/]")
    for line in [*described(move.services), *decision.plan]:
        screen.out().print(f"  {escape(line)}")
    screen.out().print(f"plan {move.plan}")


def approve_infrastructure(desk: Desk, environment: str, key: Path | None, as_json: bool) -> None:
    """Plan what `apply` would change without moving a release, show it, and sign it.

    Raises Failed where nothing would change, the plan fails, or there is no repository to sign in.
    """
    known(desk, environment)
    plan = stack_commands.run(desk, environment, "plan")
    if errors := plans.errors(plan):
        raise Failed(f"the plan of {environment} fails: {'; '.join(errors)}", "Repair it first.")
    if not plans.changes(plan):
        raise Failed(f"there is nothing to approve in {environment}", "Its plan is empty.")
    subject, facts = plans.fingerprint(plan), {"verb": history.APPLY}
    desk.approvals_on_record().approve(
        environment, subject, desk.who, desk.engine.now(), facts, key=str(key) if key else "", push=desk.push
    )
    if as_json:
        screen.print_json({"environment": environment, "subject": subject, "who": desk.who, **facts})
        return
    screen.out().print(f"[bold]{desk.who} approves a change of {environment}[/]")
    for line in plans.described(plans.listed(plan), most=40):
        screen.out().print(f"  {escape(line)}")
    screen.out().print(f"plan {subject}")
