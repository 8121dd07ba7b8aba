"""`slipway deploy ENV RELEASE`: a recorded release goes to the first environment."""

from delivery import guards
from delivery.desk import Desk
from delivery.environments import known
from delivery.observed import observe
from delivery.promote import Decision
from delivery.releases import Releases
from delivery.rollout import Move, pins_for


def decide(desk: Desk, target: str, release_id: str) -> Decision:
    """Read the environment and ask every guard. Raises ConfigError for an unknown environment or release."""
    environments = known(desk, target)
    release = Releases(desk.place.config).find(release_id)
    there = observe(desk, target)
    facts = guards.Facts(
        order=environments,
        source=None,
        target=target,
        wanted=release.images,
        target_pins=there.pins,
        target_running=there.running,
        target_healthy=bool(there.healthy),
    )
    after = pins_for(release, there.pins)
    direction = release.migration if after.migrated != there.pins.migrated else "none"
    move = Move("deploy", target, None, release.id, there.pins, after, direction)
    return Decision(move, tuple(guards.refusals(facts)))
