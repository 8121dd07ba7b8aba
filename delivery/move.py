"""A release on its way to an environment: what is pinned before and after, and all that the ledger keeps of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from costs.change import Change
from delivery.facts import Refusal, Verb
from delivery.pins import Pins
from delivery.service_changes import ServiceChange


@dataclass(frozen=True)
class Move:
    """`source` is None where it comes from the record. `passed` are the guards that the glass was broken for, `beyond` is
    what changes besides the release, `plan` the hash of all that changes, `approvals` who agreed to just that. `services` are the
    digests that change, by who runs them. `seen` is the hash of the target's last entry when it was decided, None where
    nobody looked.
    """

    verb: Verb
    target: str
    source: str | None
    release: str | None
    before: Pins
    after: Pins
    migration: str = "none"
    service: str = ""
    plan: str = ""
    approvals: Sequence[Mapping[str, str]] = ()
    beyond: Sequence[str] = ()
    passed: Sequence[str] = ()
    why: str = ""
    coordination: str = ""
    automatic: bool = False
    services: Sequence[ServiceChange] = ()
    seen: str | None = None

    def facts(self) -> dict[str, Any]:
        """What the ledger keeps; what does not apply is left out."""
        said = {
            "service": self.service,
            "plan": self.plan,
            "approvals": [dict(each) for each in self.approvals],
            "with_infra": list(self.beyond),
            "break_glass": list(self.passed),
            "why": self.why,
            "coordination": self.coordination,
            "automatic": self.automatic,
            "moved": self.moved,
        }
        return {
            "verb": self.verb,
            "from": self.source,
            "release": self.release,
            "migration": self.migration,
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            **{key: value for key, value in said.items() if value},
        }

    @property
    def moved(self) -> list[str]:
        """What changes for whom, in words, as the ledger keeps it."""
        return [f"{each.what} {each.digests}" for each in self.services]

    def changed(self) -> dict[str, tuple[str | None, str | None]]:
        """Image -> digest before and after, for those that differ."""
        images = sorted({*self.before.images, *self.after.images})
        pairs = {image: (self.before.images.get(image), self.after.images.get(image)) for image in images}
        return {image: pair for image, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True)
class Decision:
    """What would move, why not, if not, what the plan says, in lines, what must stand still meanwhile, and what the plan
    changes of the cost."""

    move: Move
    refusals: tuple[Refusal, ...]
    plan: Sequence[str] = field(default_factory=tuple)
    pauses: Sequence[str] = ()
    cost: Change | None = None


def pins_for(images: Mapping[str, str], release: str | None, before: Pins, pending: Sequence[tuple[str, str]]) -> Pins:
    """What a release pins. The database takes the migrations that it lacks; none is ever taken back."""
    return Pins(dict(images), release, pending[-1][0] if pending else before.migrated)


def direction(pending: Sequence[tuple[str, str]]) -> str:
    """How the migrations that a database lacks are to be run; guards see to it that they agree."""
    return pending[-1][1] if pending else "none"


def stages(move: Move) -> list[Pins]:
    """The pins of each update, in order: a contract release deploys first and migrates when the old code is gone."""
    if move.migration == "contract" and move.after.migrated != move.before.migrated:
        return [Pins(move.after.images, move.after.release, move.before.migrated), move.after]
    return [move.after]
