"""`slipway promote ENV`: the digests that run, healthy, one environment before."""

from collections.abc import Mapping

from delivery import history
from delivery.catalogue_images import image_of_service
from delivery.deciding import PLAINLY, Asked, decide_move
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Refused
from delivery.facts import Facts
from delivery.move import Decision, Move, direction, pins_for
from delivery.observed import Observed, observe
from delivery.releases import Release, Releases
from model.order import line


def decide(
    desk: Desk,
    target: str,
    source: str | None = None,
    *,
    service: str = "",
    release: str | None = None,
    asked: Asked = PLAINLY,
) -> Decision:
    """Read both environments and ask every guard.

    `source` defaults to the environment before `target`. A `release` that ran well there once is taken instead of what
    runs there now; with `service` only its image moves. Raises ConfigError for names that there are not.
    """
    came_from, named = names(desk, target, source, service, release)
    there, here = observe(desk, target), observe(desk, came_from, changing=came_from == target)
    return weigh(desk, there, here, service=service, named=named, asked=asked)


def names(desk: Desk, target: str, source: str | None, service: str, release: str | None) -> tuple[str, Release | None]:
    """The environment that it comes from, and the release that is named. Raises ConfigError for names that there are not."""
    known(desk, target)
    environments = line(target, desk.place.config)
    if source is not None:
        known(desk, source, "--from")
    if service:
        image_of_service(desk.place.config, service)
    named = Releases(desk.place.config).find(release, "--release") if release else None
    return source or environments[-2 if len(environments) > 1 else -1], named


def weigh(
    desk: Desk,
    there: Observed,
    here: Observed,
    *,
    service: str = "",
    named: Release | None = None,
    asked: Asked = PLAINLY,
) -> Decision:
    """The same for environments that were looked at already: from `here` to `there`."""
    target, came_from = there.stack, here.stack
    environments = line(target, desk.place.config)
    releases = Releases(desk.place.config)
    images = dict(named.images if named else here.pins.images)
    origin = named.id if named else here.pins.release
    image = image_of_service(desk.place.config, service) if service else ""
    if service:
        images = {**there.pins.images, **({image: images[image]} if image in images else {})}
    # What was pinned by hand has no release; then the source's database says what the digests need.
    pending = releases.pending(there.pins.migrated, origin or here.pins.migrated)
    whole = [each.id for each in releases.holding(images)] if service else []
    pinned = origin if not service or origin in whole else whole[-1] if whole else None
    facts = Facts(
        order=environments,
        source=came_from,
        target=target,
        wanted=images,
        target_pins=there.pins,
        source_pins=here.pins,
        source_workloads=here.workloads,
        source_failure=here.failure,
        source_running=here.running,
        target_running=there.running,
        target_healthy=bool(there.healthy),
        by_hand=here.by_hand if named is None else (),
        kept_by_hand=[each for each in there.by_hand if each in images and each != image] if service else (),
        idle=here.idle,
        ran_before=_ran(desk, here, named.images, service) if named else None,
        pending=pending,
    )
    after = pins_for(images, pinned, there.pins, pending)
    move = Move("promote", target, came_from, origin, there.pins, after, direction(pending), service)
    return decide_move(desk, move, facts, asked, there, here)


def checked(decision: Decision) -> Move:
    """The move, if no guard refuses it. Raises Refused with all refusals."""
    if decision.refusals:
        move = decision.move
        what = f"{move.verb} to {move.target} is refused"
        raise Refused(what, [(refusal.guard, refusal.problem, refusal.remedy) for refusal in decision.refusals])
    return decision.move


def _ran(desk: Desk, source: Observed, images: Mapping[str, str], service: str) -> bool:
    """Whether these digests (or the service's alone) were the outcome of a deployment that ended well there."""
    goods = history.goods(source.entries)
    if service:
        image = image_of_service(desk.place.config, service)
        return image in images and any(good.images.get(image) == images[image] for good in goods)
    return any(dict(good.images) == dict(images) for good in goods)
