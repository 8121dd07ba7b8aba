"""What may come to an environment next, and who says no: a look ahead that plans nothing and changes nothing.

The guards that only a plan can answer are left out: `plan-works`, `only-the-release`, and `approved`, since people approve a plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from delivery import deploy, history, promote
from delivery.deciding import Asked
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.facts import Refusal
from delivery.move import Decision
from delivery.observed import Observed
from delivery.releases import Release, Releases
from model.environment import Environment
from model.order import branches
from model.stacks import load_environment

AHEAD = Asked(unplanned=True)
_NOTHING_NEW = "digest-differs"


@dataclass(frozen=True)
class Outlook:
    """The next release for an environment, from `source`, or from the record where that is None.

    `images` are those whose digests would change. `baked` and `bake` are seconds: for how long the youngest of them has run
    well in the source, and for how long it has to. `approvals` is how many people must agree to the plan. `unknown` says why
    the guards could not be asked, such as a registry that does not answer.
    """

    source: str | None
    release: str | None
    images: tuple[str, ...]
    refusals: Sequence[Refusal] = ()
    baked: float = 0.0
    bake: float = 0.0
    approvals: int = 0
    unknown: str = ""

    @property
    def may_come(self) -> bool:
        """Whether no guard that was asked says no."""
        return not self.refusals and not self.unknown

    def as_json(self) -> dict[str, Any]:
        """As `status --json` prints it."""
        return {
            "from": self.source,
            "release": self.release,
            "images": list(self.images),
            "may_come": self.may_come,
            "refusals": [
                {"guard": each.guard, "problem": each.problem, "remedy": each.remedy} for each in self.refusals
            ],
            "bake": {"seconds": round(self.baked), "needed": round(self.bake)} if self.bake else None,
            "approvals": self.approvals,
            "unknown": self.unknown or None,
        }


def ahead(desk: Desk, here: Observed, before: Observed | None) -> Outlook | None:
    """What may come `here` next from the environment before it; None where there is nothing that it does not have."""
    loaded = load_environment(here.stack, desk.place.config)
    assert isinstance(loaded, Environment)
    rule = loaded.promotion.approvals
    bake = loaded.promotion.bake_minutes * 60.0 if before else 0.0
    release = _newest(desk, here) if before is None else None
    if before is None and release is None:
        return None
    wanted = dict(release.images) if release else dict(before.pins.images if before else {})
    images = tuple(sorted(image for image, digest in wanted.items() if here.pins.images.get(image) != digest))
    refusals: Sequence[Refusal] = ()
    unknown, named = "", release.id if release else before.pins.release if before else None
    try:
        decision = _decision(desk, here, before, release)
        refusals, named = decision.refusals, decision.move.release
    except Failed as failed:
        unknown = failed.what
    if not wanted or any(refusal.guard == _NOTHING_NEW for refusal in refusals) or (unknown and not images):
        return None
    baked = 0.0
    if before and bake:
        times = history.baked(before.entries, {image: wanted[image] for image in images}, desk.engine.now())
        baked = min(times.values(), default=bake)
    return Outlook(
        source=before.stack if before else None,
        release=named,
        images=images,
        refusals=refusals,
        baked=baked,
        bake=bake,
        approvals=rule.count if rule else 0,
        unknown=unknown,
    )


def _newest(desk: Desk, here: Observed) -> Release | None:
    """The newest release of its branch that was not marked bad, if it is newer than what the environment pins."""
    releases = Releases(desk.place.config)
    bad = releases.bad()
    branch = branches(desk.place.config)[here.stack]
    good = [each for each in releases.all() if each.id not in bad and each.branch == branch]
    newest = max(good, key=lambda each: each.id, default=None)
    return newest if newest and newest.id > (here.pins.release or "") else None


def _decision(desk: Desk, here: Observed, before: Observed | None, release: Release | None) -> Decision:
    if before is not None:
        return promote.weigh(desk, here, before, asked=AHEAD)
    assert release is not None
    return deploy.weigh(desk, here, release, AHEAD)
