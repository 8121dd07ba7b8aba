"""`slipway deploy ENV RELEASE`: a recorded release goes to the first environment."""

from delivery.deciding import PLAINLY, Asked, decide_move
from delivery.desk import Desk
from delivery.environments import known
from delivery.facts import Facts
from delivery.move import Decision, Move, direction, pins_for
from delivery.observed import observe
from delivery.releases import Releases
from model.stacks import line


def decide(desk: Desk, target: str, release_id: str, asked: Asked = PLAINLY) -> Decision:
    """Read the environment and ask every guard. Raises ConfigError for an unknown environment or release."""
    known(desk, target)
    releases = Releases(desk.place.config)
    release = releases.find(release_id)
    there = observe(desk, target)
    pending = releases.pending(there.pins.migrated, release.id)
    facts = Facts(
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
    after = pins_for(release.images, release.id, there.pins, pending)
    move = Move("deploy", target, None, release.id, there.pins, after, direction(pending))
    return decide_move(desk, move, facts, asked, there)
