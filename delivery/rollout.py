"""From a decision to running pods: pin, bring up, look, record.

The ledger hears of it before the first pin is written and again at the end, so whatever kills the command in between
leaves a record of what was under way. Pins stay as they are after a failed rollout: they say what was wanted, the
pods of the release before keep running, and `status` shows both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery import history, pins
from delivery.desk import Desk
from delivery.engines import Report, Update
from delivery.errors import Failed, Locked
from delivery.guards import short
from delivery.holding import held
from delivery.ledger import Ledger
from delivery.observed import Observed, observe
from delivery.pins import Pins
from delivery.progress import one_line
from model.errors import ConfigError


@dataclass(frozen=True)
class Move:
    """A release on its way to an environment. `source` is None where it comes from the record."""

    verb: str
    target: str
    source: str | None
    release: str | None
    before: Pins
    after: Pins
    migration: str = "none"

    def facts(self) -> dict[str, Any]:
        """What the ledger keeps."""
        return {
            "verb": self.verb,
            "from": self.source,
            "release": self.release,
            "migration": self.migration,
            "before": self.before.as_json(),
            "after": self.after.as_json(),
        }

    def changed(self) -> dict[str, tuple[str | None, str | None]]:
        """Image -> digest before and after, for those that differ."""
        images = sorted({*self.before.images, *self.after.images})
        pairs = {image: (self.before.images.get(image), self.after.images.get(image)) for image in images}
        return {image: pair for image, pair in pairs.items() if pair[0] != pair[1]}


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


def roll_out(desk: Desk, move: Move, report: Report) -> list[Update]:
    """Carry a move out. Raises Failed when the release does not run at the end, Locked when somebody else is at it."""
    config_dir, ledger = desk.place.config, Ledger(desk.place.config, move.target)
    updates: list[Update] = []
    with held(config_dir, move.target, desk.who):
        ledger.append(desk.who, desk.engine.now(), history.BEGUN, move.facts())
        for wanted in stages(move):
            try:
                pins.write(move.target, config_dir, wanted)
                update = desk.engine.run(move.target, "up", report)
            except (Locked, ConfigError) as error:
                # Nothing ran, so the file must not say that something was to run.
                if not updates:
                    pins.write(move.target, config_dir, move.before)
                ended = history.FAILED if updates else history.WITHDRAWN
                ledger.append(desk.who, desk.engine.now(), ended, {**move.facts(), "reason": str(error)})
                raise
            except Failed as error:
                # The engine broke off. How far it came, nobody knows until the next run.
                ledger.append(desk.who, desk.engine.now(), history.FAILED, {**move.facts(), "reason": error.what})
                remedy = f"Run the same command again, or 'slipway up {move.target}': what was done is on record."
                raise Failed(f"{move.verb} to {move.target} broke off: {error.what}", remedy) from None
            updates.append(update)
            now = observe(desk, move.target)
            reasons = _reasons(update, now)
            if reasons:
                failed = {**move.facts(), "reason": "; ".join(reasons), "running": dict(now.running)}
                ledger.append(desk.who, desk.engine.now(), history.FAILED, failed)
                raise _failure(move, reasons, now, ledger, update)
        ledger.append(desk.who, desk.engine.now(), history.DONE, {**move.facts(), "changes": dict(updates[-1].changes)})
    return updates


def settle(desk: Desk, stack: str) -> None:
    """Write the end of a deployment that was cut short, after an `up` has carried it to its end.

    Where the pins are not the ones that were to be rolled out, nobody finished it: then it was withdrawn.
    """
    ledger = Ledger(desk.place.config, stack)
    begun = history.last_unfinished(ledger)
    if begun is None:
        return
    now = observe(desk, stack)
    if now.pins.as_json() != begun.facts.get("after"):
        ledger.append(desk.who, desk.engine.now(), history.WITHDRAWN, {**begun.facts, "reason": "cut short"})
    elif not (reasons := now.remarks_on_pods):
        ledger.append(desk.who, desk.engine.now(), history.DONE, {**begun.facts, "resumed": True})
    else:
        failed = {**begun.facts, "reason": "; ".join(reasons), "running": dict(now.running)}
        ledger.append(desk.who, desk.engine.now(), history.FAILED, failed)


def _reasons(update: Update, now: Observed) -> list[str]:
    """Why the rollout is not what was wanted; health is read from the cluster, not taken from the update."""
    errors = [
        f"{found.urn.rpartition('::')[2]}: {one_line(found.message)}".removeprefix(": ")
        for found in update.diagnostics
        if found.severity == "error"
    ]
    if not update.ok:
        return errors or ["the update failed"]
    return now.remarks_on_pods or ([] if now.healthy else ["not every service is there"])


def _failure(move: Move, reasons: Sequence[str], now: Observed, ledger: Ledger, update: Update) -> Failed:
    good = history.last_good(ledger)
    kept = f" {now.release} keeps running there." if now.release and now.release != move.release else ""
    lines = [f"release {move.release} does not run in {move.target}.{kept}", *(f"  {reason}" for reason in reasons)]
    if good is None:
        remedy = "Repair the release and deploy the next one."
    elif move.verb == "deploy":
        remedy = f"Go back with 'slipway deploy {move.target} {good}', or deploy a repaired release."
    else:
        remedy = (
            f"Go back by restoring Pulumi.{move.target}.yaml from git and 'slipway up {move.target}', "
            f"or promote a repaired release."
        )
    details = {
        "release": move.release,
        "running": now.release,
        "reasons": list(reasons),
        "changes": dict(update.changes),
    }
    return Failed("\n".join(lines), remedy, details)


def described(changed: Mapping[str, tuple[str | None, str | None]]) -> list[str]:
    """Lines such as `api   1a2b3c4d5e6f -> 9f8e7d6c5b4a`."""
    width = max((len(image) for image in changed), default=0)
    return [f"{image:<{width}}  {short(old)} -> {short(new)}" for image, (old, new) in changed.items()]
