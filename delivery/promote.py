"""`slipway promote ENV`: the digests that run, healthy, one environment before."""

from dataclasses import dataclass

from delivery import guards
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Refused
from delivery.observed import observe
from delivery.releases import Releases
from delivery.rollout import Move, direction, pins_for
from model.stacks import line


@dataclass(frozen=True)
class Decision:
    """What would move, and why not, if not."""

    move: Move
    refusals: tuple[guards.Refusal, ...]


def decide(desk: Desk, target: str, source: str | None = None) -> Decision:
    """Read both environments and ask every guard. `source` defaults to the environment before `target`."""
    known(desk, target)
    environments = line(target, desk.place.config)
    if source is not None:
        known(desk, source, "--from")
    came_from = source or environments[-2 if len(environments) > 1 else -1]
    there, here = observe(desk, target), observe(desk, came_from)
    wanted = here.pins
    # What was pinned by hand has no release; then the source's database says what the digests need.
    pending = Releases(desk.place.config).pending(there.pins.migrated, wanted.release or wanted.migrated)
    after = pins_for(wanted.images, wanted.release, there.pins, pending)
    facts = guards.Facts(
        order=environments,
        source=came_from,
        target=target,
        wanted=wanted.images,
        target_pins=there.pins,
        source_pins=here.pins,
        source_workloads=here.workloads,
        source_running=here.running,
        target_running=there.running,
        target_healthy=bool(there.healthy),
        by_hand=here.by_hand,
        idle=here.idle,
        pending=pending,
    )
    move = Move("promote", target, came_from, wanted.release, there.pins, after, direction(pending))
    return Decision(move, tuple(guards.refusals(facts)))


def checked(decision: Decision) -> Move:
    """The move, if no guard refuses it. Raises Refused with all refusals."""
    if decision.refusals:
        move = decision.move
        what = f"{move.verb} to {move.target} is refused"
        raise Refused(what, [(refusal.guard, refusal.problem, refusal.remedy) for refusal in decision.refusals])
    return decision.move
