"""From what was asked to a decision: gathers every fact, plans, and asks every guard. Nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from costs.change import Change
from delivery import freezes, guards, history, plan_cost, plans, release_entries, release_index
from delivery.approvals_by_review import branch_of
from delivery.chain import Entry
from delivery.desk import Desk
from delivery.facts import Facts
from delivery.github import Checks
from delivery.move import Decision, Move
from delivery.observed import Observed
from delivery.pausing import pauses
from delivery.pins import Pins
from delivery.release_migrations import uncarried
from delivery.releases import Release, Releases
from delivery.service_changes import service_changes
from model.catalogue import load_catalogue
from model.environment import Environment
from model.order import branches
from model.promotion import Promotion
from model.stacks import load_environment


@dataclass(frozen=True)
class Asked:
    """What was said beside the verb. `later` leaves approvals to whoever carries it out, as with a pull request; `unplanned`
    leaves out all that only a plan can tell, as who only looks ahead does."""

    with_infra: bool = False
    break_glass: bool = False
    why: str = ""
    coordination: str = ""
    newest_only: bool = False
    later: bool = False
    unplanned: bool = False


PLAINLY = Asked()
"""Nothing said beside the verb."""


def decide_move(
    desk: Desk, move: Move, known: Facts, asked: Asked, target: Observed, source: Observed | None = None
) -> Decision:
    """Complete what is known of a move with the rest of the facts, and ask every guard.

    `known` holds what the verb itself has looked at. Raises Failed where a fact cannot be read: a registry or GitHub that
    does not answer is no permission.
    """
    config = desk.place.config
    promotion = _promotion(desk, move.target)
    recorded = Releases(config).entries()
    release = release_entries.named(recorded, move.release) if move.release else None
    now = desk.engine.now()
    there = known.target_pins.images
    new = {image: digest for image, digest in move.after.images.items() if there.get(image) != digest}
    # Services that were moved alone leave an environment with digests of several releases, and the name of none.
    origins = [release] if release else release_index.origins(recorded, new)
    baked: dict[str, float] = {}
    if source and promotion.bake_minutes:
        baked = history.baked(source.entries, new, now)
    facts = replace(
        known,
        verb=move.verb,
        release=move.release,
        origins=[each.id for each in origins],
        built_of=release.branch if release else "",
        takes=branches(config)[move.target],
        now=now,
        newest_only=asked.newest_only,
        with_infra=asked.with_infra,
        uncarried=_uncarried(desk, recorded, move, known),
        coordination=asked.coordination,
        pauses=_pauses(desk, move),
        unreleased=release_index.unreleased(recorded, move.after.images),
        bad={name: str(entry.facts["why"]) for name, entry in release_entries.bad(recorded).items()},
        missing=_missing(desk, move),
        checks_needed="none" if move.verb == "rollback" else promotion.checks,
        checks=_checks(desk, release, promotion) if move.verb != "rollback" else None,
        bake_seconds=promotion.bake_minutes * 60.0,
        baked=baked,
        frozen=[(freeze.why, until) for freeze, until in freezes.holding(promotion.freezes, now)],
        held=history.why_held(target.entries),
        approval=None if asked.later or asked.unplanned else promotion.approvals,
        failed_before=history.last_failure(target.entries, move.after.images) is not None,
        cut_short=target.unfinished is not None,
        unfinished=_unfinished(target, move),
    )
    move, lines, cost = _resumed(target, move), list[str](), None
    move = replace(move, services=service_changes(config, move.target, move.before, move.after))
    if not asked.unplanned:
        facts, move, lines, cost = _planned(desk, target, move, facts)
    facts = _approvals(desk, move, facts, origins)
    refusals = guards.refusals(facts)
    passed: list[str] = []
    if asked.break_glass:
        passed = [each.guard for each in refusals if each.guard in guards.PASSABLE]
        refusals = [each for each in refusals if each.guard not in guards.PASSABLE]
    move = replace(
        move,
        beyond=tuple(facts.beyond) if asked.with_infra else (),
        passed=tuple(passed),
        why=asked.why,
        coordination=asked.coordination,
        seen=target.seen,
        approvals=tuple({"who": each.who, "how": each.how} for each in guards.counting(facts)),
    )
    return Decision(move, tuple(refusals), tuple(lines), tuple(facts.pauses), cost)


def _unfinished(target: Observed, move: Move) -> str:
    """What somebody else's command left half-way; the same move again goes on where it was."""
    begun = target.unfinished
    if begun is None or begun.facts.get("after") == move.after.as_json():
        return ""
    return f"{history.what(begun)}, begun by {begun.who}, has not ended"


def _resumed(target: Observed, move: Move) -> Move:
    """A move that was cut short and is asked for again: its pins are in the file, so the ledger says what was before it."""
    begun = target.unfinished
    if begun is None or begun.facts.get("after") != move.after.as_json():
        return move
    return replace(move, before=Pins.from_json(begun.facts.get("before") or {}))


def _planned(desk: Desk, target: Observed, move: Move, facts: Facts) -> tuple[Facts, Move, list[str], Change | None]:
    """Plan the update that would follow. Nothing is planned where there is nothing to pin."""
    if not move.after.images:
        return facts, move, [], None
    wanted = plans.planned(desk, move.target, move.after)
    if not wanted.ok:
        return replace(facts, plan_errors=plans.errors(wanted)), move, [], None
    digest = plans.fingerprint(wanted)
    partly = facts.cut_short or bool(target.failure)
    beyond: list[str] = []
    if not plans.follows(wanted, move.before, move.after, partly):
        beyond = plans.described(plans.beyond(plans.planned(desk, move.target, move.before), partly))
    lines = plans.described(plans.listed(wanted), most=40)
    cost = plan_cost.of_plan(desk, wanted)
    return replace(facts, plan=digest, beyond=beyond), replace(move, plan=digest), lines, cost


def _approvals(desk: Desk, move: Move, facts: Facts, origins: Sequence[Release]) -> Facts:
    """Who agreed to this plan, and whose word does not count here."""
    rule = facts.approval
    if rule is None or not move.plan:
        return facts
    authors = {each.author: each.id for each in origins}
    members, proposers = None, {desk.who}
    if rule.by == "review":
        github = desk.platform_github()
        if rule.teams:
            members = frozenset(who.casefold() for team in rule.teams for who in github.members(team))
        if origins and (application := desk.application_github()):
            authors |= {application.author(each.commit) or "": each.id for each in origins}
        # After a merge it is a build that asks, for the person who made the proposal.
        if proposal := github.pull_request_of(branch_of(move.target, move.plan)):
            proposers |= {proposal.author, github.author(proposal.commit) or ""}
    uncounted = {who.casefold(): "asks for it" for who in proposers if who}
    uncounted |= {author.casefold(): f"is the author of {each}" for author, each in authors.items() if author}
    given = desk.approvals(rule).given(move.target, move.plan)
    void = desk.approvals_on_record().rejected(move.target, move.plan) if rule.by == "record" else ()
    return replace(
        facts,
        approvals=tuple(given),
        uncounted=uncounted,
        members=members,
        void=tuple((each.who, each.why) for each in void),
    )


def _promotion(desk: Desk, target: str) -> Promotion:
    loaded = load_environment(target, desk.place.config)
    assert isinstance(loaded, Environment)
    return loaded.promotion


def _pauses(desk: Desk, move: Move) -> list[str]:
    """What must stand still, where the migrations ask for it."""
    if move.migration != "coordinated":
        return []
    loaded = load_environment(move.target, desk.place.config)
    assert isinstance(loaded, Environment)
    return pauses(load_catalogue(desk.place.config), loaded)


def _uncarried(desk: Desk, recorded: Sequence[Entry], move: Move, known: Facts) -> dict[str, list[str]]:
    """Pending migrations that the digest which would run them may not have."""
    migrations = load_catalogue(desk.place.config).migrations
    if migrations is None or not known.pending:
        return {}
    releases = list(release_entries.recorded(recorded).values())
    return uncarried(releases, migrations.image, move.after.images.get(migrations.image), known.pending)


def _missing(desk: Desk, move: Move) -> list[str]:
    """Images whose digest the registry has lost, of those that would be pinned."""
    loaded = load_environment(move.target, desk.place.config)
    assert isinstance(loaded, Environment)
    references = {f"{loaded.registry}/{image}@{digest}": image for image, digest in move.after.images.items()}
    return [references[reference] for reference in desk.registry.missing(references)]


def _checks(desk: Desk, release: Release | None, promotion: Promotion) -> Checks | None:
    """What GitHub says of the commit; None where nobody needs to know, or no repository is named."""
    if release is None or promotion.checks == "none":
        return None
    application = desk.application_github()
    return application.checks(release.commit) if application else None
