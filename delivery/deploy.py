"""`slipway deploy ENV RELEASE`: a recorded release goes to the first environment."""

from dataclasses import dataclass
from typing import Any

from delivery import history, pins
from delivery.deciding import PLAINLY, Asked, decide_move
from delivery.desk import Desk
from delivery.environments import known
from delivery.facts import Facts
from delivery.ledger import Ledger
from delivery.move import Decision, Move, direction, pins_for
from delivery.observed import Observed, observe
from delivery.releases import Release, Releases
from model.order import line


@dataclass(frozen=True)
class Overtaken:
    """What makes a deployment needless: the environment has `pinned`, which is the release itself or a newer one."""

    target: str
    release: str
    pinned: str

    @property
    def said(self) -> str:
        """In words."""
        if self.pinned == self.release:
            return f"{self.target} has {self.release} already: nothing to do"
        return f"{self.target} has {self.pinned} already, which is newer than {self.release}: nothing to do"

    def as_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "verb": "deploy",
            "environment": self.target,
            "release": self.release,
            "pinned": self.pinned,
            "changes": {},
        }


def overtaken(desk: Desk, target: str, release_id: str) -> Overtaken | None:
    """Whether there is nothing to do for who brings releases as they are built; None where there is.

    A release that is pinned, but whose deployment failed or was cut short, is not there yet. Raises ConfigError for an
    unknown environment or release.
    """
    known(desk, target)
    release = Releases(desk.place.config).find(release_id)
    pinned = pins.read(target, desk.place.config)
    if pinned.release is None or pinned.release < release.id:
        return None
    entries = Ledger(desk.place.config, target).entries()
    failed = history.last_failure(entries, pinned.images) or history.last_unfinished(entries)
    if pinned.release == release.id and (failed or dict(pinned.images) != dict(release.images)):
        return None
    return Overtaken(target, release.id, pinned.release)


def decide(desk: Desk, target: str, release_id: str, asked: Asked = PLAINLY) -> Decision:
    """Read the environment and ask every guard. Raises ConfigError for an unknown environment or release."""
    known(desk, target)
    release = Releases(desk.place.config).find(release_id)
    return weigh(desk, observe(desk, target), release, asked)


def weigh(desk: Desk, there: Observed, release: Release, asked: Asked = PLAINLY) -> Decision:
    """The same for an environment that was looked at already."""
    target, releases = there.stack, Releases(desk.place.config)
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
