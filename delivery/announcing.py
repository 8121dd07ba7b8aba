"""What is said of a deployment, a rollback, a hold: the notices, each with the step that comes next."""

from datetime import datetime

from delivery.desk import Desk
from delivery.facts import Verb
from delivery.ledger import Entry
from delivery.move import Move
from delivery.notices import Kind, NextStep, Notice, Severity
from delivery.observed import Observed
from delivery.releases import Release, Releases
from model.environment import Environment
from model.order import order
from model.stacks import load_environment

KINDS: dict[Verb, Kind] = {
    "deploy": Kind.DEPLOYMENT,
    "promote": Kind.PROMOTION,
    "rollback": Kind.ROLLBACK,
    "apply": Kind.DEPLOYMENT,
}


def done(desk: Desk, move: Move, entry: Entry, now: Observed) -> None:
    """A move that runs. Broken glass is told of apart and louder."""
    release = _release(desk, move.release)
    if move.passed:
        desk.outbox.tell(
            _notice(
                desk,
                Kind.BREAK_GLASS,
                Severity.CRITICAL,
                move.target,
                f"{entry.who} broke the glass: {move.verb} of {move.release} to {move.target} passed {', '.join(move.passed)}",
                entry,
                release,
                reason=move.why,
            )
        )
    severity, title = Severity.INFO, f"{move.target} runs {move.release or 'its pins'}"
    if move.verb == "rollback":
        severity, title = Severity.WARNING, f"{title} again, rolled back" + (" by itself" if move.automatic else "")
    desk.outbox.tell(
        _notice(
            desk,
            KINDS[move.verb],
            severity,
            move.target,
            title,
            entry,
            release,
            reason=move.why,
            images=move.changed(),
            next_step=_next(desk, move),
        )
    )


def failed(desk: Desk, move: Move, entry: Entry, now: Observed) -> None:
    """A move that does not run, and what runs instead."""
    kept = f"; {now.release} keeps running" if now.release and now.release != move.release else ""
    desk.outbox.tell(
        _notice(
            desk,
            KINDS[move.verb],
            Severity.CRITICAL,
            move.target,
            f"{move.release or 'what is pinned'} does not run in {move.target}{kept}",
            entry,
            _release(desk, move.release),
            reason=str(entry.facts["reason"]),
            images=move.changed(),
            next_step=NextStep("See what runs", command="slipway status"),
        )
    )


def applied(desk: Desk, stack: str, entry: Entry) -> None:
    """A change that moves no release: it is there, or it is not and a person has to look."""
    reason = str(entry.facts.get("reason", ""))
    title = f"what was merged is not applied to {stack}" if reason else f"what was merged is applied to {stack}"
    severity = Severity.CRITICAL if reason else Severity.INFO
    step = NextStep("See what is left to do", command=f"slipway plan {stack}") if reason else None
    desk.outbox.tell(_notice(desk, KINDS["apply"], severity, stack, title, entry, None, reason=reason, next_step=step))


def held(desk: Desk, environment: str, entry: Entry) -> None:
    """Nothing comes any more."""
    step = NextStep("Lift it when the reason is gone", command=f"slipway unhold {environment} --why ...")
    title = f"{environment} is on hold"
    why = str(entry.facts["why"])
    desk.outbox.tell(
        _notice(desk, Kind.HOLD, Severity.WARNING, environment, title, entry, None, reason=why, next_step=step)
    )


def lifted(desk: Desk, environment: str, entry: Entry) -> None:
    """Releases may come again."""
    title, why = f"{environment} is not on hold any more", str(entry.facts["why"])
    desk.outbox.tell(_notice(desk, Kind.HOLD, Severity.INFO, environment, title, entry, None, reason=why))


def _notice(
    desk: Desk,
    kind: Kind,
    severity: Severity,
    environment: str,
    title: str,
    entry: Entry,
    release: Release | None,
    *,
    reason: str = "",
    images: dict[str, tuple[str | None, str | None]] | None = None,
    next_step: NextStep | None = None,
) -> Notice:
    return Notice(
        kind=kind,
        severity=severity,
        environment=environment,
        title=title,
        at=datetime.fromisoformat(entry.at),
        release=release.id if release else "",
        commit=release.commit if release else "",
        author=release.author if release else "",
        who=entry.who,
        reason=reason,
        images=images or {},
        next_step=next_step,
    )


def _release(desk: Desk, name: str | None) -> Release | None:
    return Releases(desk.place.config).named(name)


def _next(desk: Desk, move: Move) -> NextStep | None:
    """Where the release goes from here, if anywhere."""
    if move.verb == "rollback":
        return NextStep("See what runs", command="slipway status")
    for name in order(desk.place.config):
        loaded = load_environment(name, desk.place.config)
        if isinstance(loaded, Environment) and loaded.promotion.from_ == move.target:
            return NextStep(f"Bring it to {name}", command=f"slipway promote {name}")
    return None
