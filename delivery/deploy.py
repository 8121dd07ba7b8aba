"""`slipway deploy ENV RELEASE`: a recorded release goes to the first environment."""

from delivery import guards
from delivery.desk import Desk
from delivery.environments import known
from delivery.observed import observe
from delivery.promote import Decision
from delivery.releases import Releases
from delivery.rollout import Move, direction, pins_for
from model.stacks import line


def decide(desk: Desk, target: str, release_id: str) -> Decision:
    """Read the environment and ask every guard. Raises ConfigError for an unknown environment or release."""
    known(desk, target)
    releases = Releases(desk.place.config)
    release = releases.find(release_id)
    there = observe(desk, target)
    pending = releases.pending(there.pins.migrated, release.id)
    after = pins_for(release.images, release.id, there.pins, pending)
    facts = guards.Facts(
        order=line(target, desk.place.config),
        source=None,
        target=target,
        wanted=release.images,
        target_pins=there.pins,
        target_running=there.running,
        target_healthy=bool(there.healthy),
        idle=there.idle,
        pending=pending,
    )
    move = Move("deploy", target, None, release.id, there.pins, after, direction(pending))
    return Decision(move, tuple(guards.refusals(facts)))
