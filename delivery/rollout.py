"""From a decision to running pods: pin, bring up, look, record; and back by itself where that fails.

The ledger hears of it before the first pin is written and again at the end, so whatever kills the command in between
leaves a record of what was under way. A rollout that fails goes back once to what ran well before and puts the
environment on hold, which only a person lifts: nothing brings the same release a second time by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from delivery import history, pins
from delivery.desk import Desk
from delivery.engines import Report, Update, quiet
from delivery.errors import Failed, Locked
from delivery.history import Good
from delivery.holding import held
from delivery.ledger import Entry, Ledger
from delivery.move import Move, stages
from delivery.observed import Observed, observe
from delivery.pins import Pins
from delivery.progress import one_line
from delivery.record import Record
from delivery.releases import Releases
from delivery.service_changes import service_changes
from model import names
from model.environment import Environment
from model.errors import ConfigError
from model.stacks import load_environment

CANNOT_GO_BACK = ("contract", "coordinated")
"""Directions of migrations that take away what the code before them needs."""
JOB = "kubernetes:batch/v1:Job"


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: no reasons where everything runs as wanted."""

    updates: Sequence[Update]
    now: Observed
    reasons: Sequence[str]


def roll_out(desk: Desk, move: Move, report: Report) -> list[Update]:
    """Carry a move out. Raises Failed when the release does not run at the end, Locked when somebody else is at it."""
    with held(desk.place.config, move.target, desk.who):
        return roll_out_held(desk, move, report)


def roll_out_held(desk: Desk, move: Move, report: Report) -> list[Update]:
    """The same for whoever holds the environment already."""
    _unchanged(desk, move)
    record = Record(desk, move.target)
    outcome = _attempt(desk, record, move, report)
    if not outcome.reasons:
        record.done(move, outcome.updates, outcome.now)
        return list(outcome.updates)
    record.failed(move, outcome.reasons, outcome.now)
    raise _undone(desk, record, move, outcome, report)


def settle(desk: Desk, stack: str) -> None:
    """Write the end of a deployment that was cut short or failed, after an `up` has carried it to its end.

    One that deploys first and was cut short before it migrated does so now. Where the pins are not the ones that were to be
    rolled out, nobody finished it: then it was withdrawn. What failed stays so until all of it runs.
    """
    entries = Ledger(desk.place.config, stack).entries()
    begun = history.last_unfinished(entries)
    if begun is None:
        return _mended(desk, stack, entries)
    record = Record(desk, stack)
    if history.is_infrastructure(begun):
        return _end(record, begun, history.DONE, resumed=True)
    wanted, now = begun.facts.get("after") or {}, observe(desk, stack)
    deployed = {**now.pins.as_json(), "migrated": wanted.get("migrated")} == wanted
    reasons = now.remarks_on_pods
    if deployed and now.pins.as_json() != wanted and begun.facts.get("migration") == "contract" and not reasons:
        now = replace(now, pins=replace(now.pins, migrated=wanted["migrated"]))
        pins.write(stack, desk.place.config, now.pins)
        if not desk.engine.run(stack, "up", quiet).ok:
            return None
    if not deployed:
        _end(record, begun, history.WITHDRAWN, reason="cut short")
        # Behind it there may be one that was cut short before.
        return settle(desk, stack)
    if reasons:
        return _end(record, begun, history.FAILED, reason="; ".join(reasons), running=dict(now.running))
    return _end(record, begun, history.DONE, resumed=True)


def _mended(desk: Desk, stack: str, entries: Sequence[Entry]) -> None:
    """What failed and runs whole by now, its smoke tests among it, has ended well after all. A hold stays."""
    pinned = pins.read(stack, desk.place.config)
    failed = history.last_failure(entries, pinned.images)
    if failed is None or failed.facts.get("after") != pinned.as_json():
        return
    now = observe(desk, stack)
    if now.healthy and not now.remarks_on_pods:
        _end(Record(desk, stack), failed, history.DONE, resumed=True)


def _end(record: Record, begun: Entry, event: str, **how: Any) -> None:
    """The last word on what `begun` tells of."""
    told = (history.BROKE_OFF, "reason", "running")
    record.add(event, {**{key: value for key, value in begun.facts.items() if key not in told}, **how})
    record.commit(f"{record.environment}: {history.what(begun)} has ended")


def _unchanged(desk: Desk, move: Move) -> None:
    """What was decided holds for what was seen. Raises Locked where somebody has changed the environment since."""
    entries = Ledger(desk.place.config, move.target).entries()
    if move.seen is not None and move.seen != (entries[-1].hash if entries else ""):
        told = f"{entries[-1].who} has changed {move.target} since it was looked at ({entries[-1].event})"
        raise Locked(told, f"Look at 'slipway history {move.target}', then run the same command again.")


def _attempt(desk: Desk, record: Record, move: Move, report: Report) -> Outcome:
    """Pins and updates, one after the other, until one of them does not come to what was wanted."""
    config_dir = desk.place.config
    updates: list[Update] = []
    reasons: list[str] = []
    for wanted in stages(move):
        if updates:
            pins.write(move.target, config_dir, wanted)
        else:
            record.begun(move, wanted)
        try:
            update = desk.engine.run(move.target, "up", report)
        except (Failed, Locked, ConfigError) as error:
            if not updates and not move.automatic and not isinstance(error, Failed):
                # Nothing ran, so the file must not say that something was to run.
                record.interrupted(move, str(error), withdrawn=True)
                raise
            # The engine broke off, or did not go on. How far it came, nobody knows until the next run.
            record.interrupted(move, str(error), withdrawn=False)
            remedy = f"Finish it with 'slipway up {move.target}': what was done is on record."
            raise Failed(f"{move.verb} to {move.target} broke off: {error}", remedy) from None
        updates.append(update)
        now = observe(desk, move.target)
        if reasons := _reasons(update, now):
            break
    return Outcome(updates, now, reasons)


def _undone(desk: Desk, record: Record, move: Move, outcome: Outcome, report: Report) -> Failed:
    """Hold the environment and, where that is possible, go back; the failure to raise in either case."""
    target = move.target
    good, obstacle = _way_back(desk, move, outcome)
    what = f"release {move.release} does not run in {target}"
    why = f"{what}: {'; '.join(map(one_line, outcome.reasons))}"
    record.hold(why, automatic=True)
    lines = [f"  {reason}" for reason in outcome.reasons]
    details = {
        "release": move.release,
        "reasons": list(outcome.reasons),
        "changes": dict(outcome.updates[-1].changes),
        "held": True,
        "rolled_back_to": None,
        "running": outcome.now.release,
    }
    lift = f"Then lift the hold with 'slipway unhold {target} --why ...'."
    if good is None:
        record.keep(f"{target}: on hold, {move.release} does not run")
        kept = f" {outcome.now.release} keeps running there." if outcome.now.release not in (None, move.release) else ""
        lines = [f"{what}.{kept} {target} is on hold.", *lines, f"  not rolled back: {obstacle}"]
        return Failed("\n".join(lines), f"Repair the release. {lift}", details)
    after = Pins(good.images, good.release, _migrated(move, outcome))
    before = outcome.now.pins
    moved = service_changes(desk.place.config, target, before, after)
    back = Move("rollback", target, None, good.release, before, after, why=why, automatic=True, services=moved)
    undone = _attempt(desk, record, back, report)
    if undone.reasons:
        record.failed(back, undone.reasons, undone.now)
        lines += [f"  rollback to {good.release} failed too: {reason}" for reason in undone.reasons]
        remedy = (
            f"Look at 'slipway status' and 'slipway plan {target}'; repair what stands in the way, then 'slipway up'."
        )
        return Failed("\n".join([f"{what}, and neither does {good.release}.", *lines]), remedy, details)
    record.done(back, undone.updates, undone.now)
    details |= {"rolled_back_to": good.release, "running": undone.now.release}
    lines.insert(0, f"{what}. {good.release} is back there, and {target} is on hold.")
    return Failed("\n".join(lines), f"Repair the release. {lift}", details)


def _way_back(desk: Desk, move: Move, outcome: Outcome) -> tuple[Good | None, str]:
    """What ran well before, or why there is no going back to it."""
    loaded = load_environment(move.target, desk.place.config)
    assert isinstance(loaded, Environment)
    if move.verb == "rollback":
        return None, "it was a rollback itself, and one follows no other"
    if not loaded.promotion.rollback:
        return None, f"slipway:promotion.rollback is false in {move.target}"
    releases = Releases(desk.place.config)
    entries = Ledger(desk.place.config, move.target).entries()
    good = history.last_good(entries, move.after.images, releases.bad())
    if good is None:
        return None, "nothing ran well there before"
    since = releases.pending(move.before.migrated, _migrated(move, outcome))
    if gone := [release for release, direction in since if direction in CANNOT_GO_BACK]:
        return None, f"the migrations of {', '.join(gone)} have taken away what {good.release} needs"
    missing = desk.registry.missing(f"{loaded.registry}/{image}@{digest}" for image, digest in good.images.items())
    if missing:
        return None, f"the registry has lost {', '.join(missing)} of {good.release}"
    return good, ""


def _migrated(move: Move, outcome: Outcome) -> str | None:
    """The release whose migrations the database has after an attempt: a job that did not come to its end counts for nothing.

    Its pin goes back then, and the job before it is made again, which finds nothing to do.
    """
    steps = (step for update in outcome.updates for step in update.steps)
    ended = any(step.name == names.MIGRATE and step.type == JOB and step.op != "delete" for step in steps)
    return outcome.now.pins.migrated if ended else move.before.migrated


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
