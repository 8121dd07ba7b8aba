"""`slipway promote ENV`: the digests that run, healthy, one environment before."""

from dataclasses import dataclass

from delivery import guards
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Refused
from delivery.observed import observe
from delivery.pins import Pins
from delivery.releases import Releases
from delivery.rollout import Move


@dataclass(frozen=True)
class Decision:
    """What would move, and why not, if not."""

    move: Move
    refusals: tuple[guards.Refusal, ...]


def decide(desk: Desk, target: str, source: str | None = None) -> Decision:
    """Read both environments and ask every guard. `source` defaults to the environment before `target`."""
    environments = known(desk, target)
    if source is not None:
        known(desk, source, "--from")
    position = environments.index(target)
    came_from = source or environments[max(position - 1, 0)]
    there, here = observe(desk, target), observe(desk, came_from)
    wanted = here.pins
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
    )
    after = Pins(dict(wanted.images), wanted.release, wanted.migrated or there.pins.migrated)
    direction = _direction(desk, after.migrated, there.pins.migrated)
    move = Move("promote", target, came_from, wanted.release, there.pins, after, direction)
    return Decision(move, tuple(guards.refusals(facts)))


def checked(decision: Decision) -> Move:
    """The move, if no guard refuses it. Raises Refused with all refusals."""
    if decision.refusals:
        move = decision.move
        what = f"{move.verb} to {move.target} is refused"
        raise Refused(what, [(refusal.guard, refusal.problem, refusal.remedy) for refusal in decision.refusals])
    return decision.move


def _direction(desk: Desk, migrated: str | None, before: str | None) -> str:
    """The direction of the migrations that the target still lacks: that of the release whose migrations they are."""
    if migrated is None or migrated == before:
        return "none"
    return next(
        (release.migration for release in Releases(desk.place.config).all() if release.id == migrated), "expand"
    )
