"""Carrying out what `deploy` and `promote` decided, and telling what came of it."""

from rich.markup import escape

from delivery import progress, screen
from delivery.desk import Desk
from delivery.durations import spoken
from delivery.promote import Decision, checked
from delivery.rollout import described, roll_out


def carry_out(desk: Desk, decision: Decision, as_json: bool) -> None:
    """Move the release if no guard refuses; raises Refused, Failed or Locked otherwise."""
    move = checked(decision)
    changed = move.changed()
    if not as_json:
        origin = f" from {move.source}" if move.source else ""
        screen.out().print(
            f"[bold]{move.verb} {move.release or 'pins set by hand'}[/]{escape(origin)} to {move.target}"
        )
        for line in described(changed):
            screen.out().print(f"  {escape(line)}")
    with progress.shown(f"Rolling out in {move.target}") as report:
        updates = roll_out(desk, move, report)
    if as_json:
        screen.print_json(
            {
                **move.facts(),
                "environment": move.target,
                "images": {image: {"before": old, "after": new} for image, (old, new) in changed.items()},
                "changes": updates[-1].as_json()["changes"],
                "steps": [step for update in updates for step in update.as_json()["steps"]],
            }
        )
        return
    taken = sum(update.duration.seconds for update in updates if update.duration)
    behind = f"; on Google Cloud this would have taken about {spoken(taken)}" if taken else ""
    screen.out().print(f"[green]{move.release} runs in {move.target}[/], every service ready{behind}")
