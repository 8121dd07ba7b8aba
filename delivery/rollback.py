"""`slipway rollback ENV`: back to what ran well there before. Migrations stay as they are."""

from delivery import history
from delivery.catalogue_images import image_of_service
from delivery.deciding import PLAINLY, Asked, decide_move
from delivery.desk import Desk
from delivery.environments import known
from delivery.facts import Facts
from delivery.move import Decision, Move
from delivery.observed import observe
from delivery.pins import Pins
from delivery.releases import Releases
from model.order import line


def decide(desk: Desk, target: str, to: str | None = None, *, service: str = "", asked: Asked = PLAINLY) -> Decision:
    """Find what to go back to, and ask every guard. Nothing to go back to is a refusal like others.

    The default is the newest set of digests that ran well there, differs from what is pinned, was left by no rollback, and is of
    no release that is marked bad; with `service`, the newest such digest of its image. Raises ConfigError for an unknown name.
    """
    known(desk, target)
    releases = Releases(desk.place.config)
    there = observe(desk, target)
    entries = there.entries
    image = image_of_service(desk.place.config, service) if service else ""
    if to is not None:
        images, release = dict(releases.find(to, "--to").images), to
        wanted = history.digests(images, image)
        ran = bool(wanted) and any(history.digests(good.images, image) == wanted for good in history.goods(entries))
    else:
        goods = history.goods(entries, releases.bad())
        not_those = history.left(entries, image) | {history.digests(there.pins.images, image), history.digests({})}
        good = next((it for it in goods if history.digests(it.images, image) not in not_those), None)
        ran, images, release = good is not None, dict(good.images) if good else {}, good.release if good else None
    if image:
        images = {**there.pins.images, image: images[image]} if image in images else {}
    whole = [each.id for each in releases.holding(images)] if image else []
    pinned = release if not image or release in whole else whole[-1] if whole else None
    facts = Facts(
        order=line(target, desk.place.config),
        source=None,
        target=target,
        wanted=images,
        target_pins=there.pins,
        target_running=there.running,
        target_healthy=bool(there.healthy),
        kept_by_hand=[each for each in there.by_hand if each in images and each != image] if service else (),
        idle=there.idle,
        ran_before=ran,
        undone=releases.pending(release, there.pins.migrated) if release else (),
    )
    move = Move(
        "rollback", target, None, release, there.pins, Pins(images, pinned, there.pins.migrated), service=service
    )
    return decide_move(desk, move, facts, asked, there)
