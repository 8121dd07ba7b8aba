"""Carrying out what `deploy`, `promote` and `rollback` decided, and telling what came of it."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from delivery import plans, progress, proposing, screen
from delivery.deploy import Overtaken
from delivery.desk import Desk
from delivery.durations import spoken
from delivery.engines import Update
from delivery.move import Decision, Move
from delivery.promote import checked
from delivery.rollout import roll_out
from delivery.service_changes import described


def carry_out(desk: Desk, decision: Decision, as_json: bool) -> None:
    """Move the release if no guard refuses; raises Refused, Failed or Locked otherwise."""
    move = checked(decision)
    if not as_json:
        _announce(decision)
    with progress.shown(f"Rolling out in {move.target}") as report:
        updates = roll_out(desk, move, report)
    if as_json:
        screen.print_json({**_told(move), **_updated(updates)})
        return
    taken = sum(update.duration.seconds for update in updates if update.duration)
    behind = f"; on Google Cloud this would have taken about {spoken(taken)}" if taken else ""
    screen.out().print(f"[green]{move.release} runs in {move.target}[/], every service ready{behind}")


def needless(overtaken: Overtaken, as_json: bool) -> None:
    """Say why nothing is moved."""
    if as_json:
        screen.print_json(overtaken.as_json())
    else:
        screen.out().print(overtaken.said)


def show(decision: Decision, as_json: bool) -> None:
    """What would move and change, for `--dry-run`. Raises Refused where guards would."""
    if as_json and not decision.refusals:
        screen.print_json(
            {**_told(decision.move), "dry_run": True, "changes": list(decision.plan), "cost": _cost(decision)}
        )
    if not as_json:
        _announce(decision)
        for line in decision.plan:
            screen.out().print(f"    {escape(line)}")
        if decision.cost:
            screen.out().print(f"  {escape(decision.cost.line)}")
    checked(decision)
    if not as_json:
        screen.out().print("No guard refuses. Nothing was changed.")


def propose(desk: Desk, decision: Decision, as_json: bool) -> None:
    """A pull request with just this change, for others to approve. Raises Refused where guards other than theirs do."""
    move = checked(decision)
    opened = proposing.open_pull_request(desk, decision)
    if as_json:
        screen.print_json({**_told(move), "pull_request": opened.number, "branch": opened.branch, "url": opened.url})
        return
    _announce(decision)
    screen.out().print(f"[green]pull request {opened.number}[/] {escape(opened.url)}")
    screen.out().print(f"Have it reviewed; then merge it and 'slipway apply {move.target}', or ask again without --pr.")


def _announce(decision: Decision) -> None:
    move = decision.move
    origin = f" from {move.source}" if move.source else ""
    only = f" (only the image of {move.service})" if move.service else ""
    screen.out().print(f"[bold]{move.verb} {move.release or 'what runs'}[/]{escape(only + origin)} to {move.target}")
    for line in described(move.services):
        screen.out().print(f"  {escape(line)}")
    for each in decision.pauses:
        screen.out().print(f"  [yellow]pause[/] {escape(each)}")
    if move.passed:
        passed = escape(f"BREAKING GLASS: {', '.join(move.passed)} passed; {move.why}")
        screen.err().print(f"[bold red]{passed}[/]")


def _told(move: Move) -> dict[str, Any]:
    changed = {image: {"before": old, "after": new} for image, (old, new) in move.changed().items()}
    facts = {key: value for key, value in move.facts().items() if key != "moved"}
    services = [each.as_json() for each in move.services]
    return {**facts, "environment": move.target, "services": services, "images": changed}


def _cost(decision: Decision) -> dict[str, Any] | None:
    return decision.cost.as_json() if decision.cost else None


def _updated(updates: Sequence[Update]) -> dict[str, Any]:
    return {
        "changes": updates[-1].as_json()["changes"] | plans.counted(updates),
        "steps": [step for update in updates for step in update.as_json()["steps"]],
    }
