"""Guards over the release itself: what was built, tested, kept, and what its migrations ask for."""

from collections.abc import Sequence

from delivery.facts import Facts, Refusal


def checks_passed(facts: Facts) -> Refusal | None:
    """The commit's own checks, as its repository has them now."""
    if facts.checks_needed == "none":
        return None
    remedy = "Repair the commit, or let its checks end, and ask again."
    if facts.checks is None:
        if facts.checks_needed == "reported":
            return None
        told = ", ".join(facts.checks_needed)
        return Refusal(
            "checks-passed",
            f"{facts.target} asks for the checks {told}, and there is nobody to ask for them",
            "Write slipway:applicationRepository into the shared stack's file.",
        )
    if facts.checks_needed == "reported":
        wrong = [
            *(f"{it} failed" for it in facts.checks.failed),
            *(f"{it} has not ended" for it in facts.checks.pending),
        ]
        if not wrong and not facts.checks.passed:
            wrong = ["none was ever reported"]
    else:
        known = {
            **dict.fromkeys(facts.checks.pending, "has not ended"),
            **dict.fromkeys(facts.checks.failed, "failed"),
        }
        passed = set(facts.checks.passed)
        wrong = [f"{it} {known.get(it, 'is not there')}" for it in facts.checks_needed if it not in passed]
    if not wrong:
        return None
    return Refusal("checks-passed", f"checks of the commit of {facts.release}: {', '.join(wrong)}", remedy)


def not_marked_bad(facts: Facts) -> Refusal | None:
    """What somebody has found out to be bad goes nowhere until somebody takes that back."""
    marked = [each for each in facts.origins if each in facts.bad]
    if not marked:
        return None
    return Refusal(
        "not-marked-bad",
        "; ".join(f"release {each} is marked bad ({facts.bad[each]})" for each in marked),
        f"Take another release, or 'slipway release unmark {marked[0]} --why ...' where that was wrong.",
    )


def of_its_branch(facts: Facts) -> Refusal | None:
    """What comes to a first environment is built of the branch that it takes: its database has the migrations of that one."""
    if facts.verb != "deploy" or not facts.built_of or facts.built_of == facts.takes:
        return None
    return Refusal(
        "of-its-branch",
        f"release {facts.release} is built of {facts.built_of}, and {facts.target} takes {facts.takes}",
        f"Merge it into {facts.takes}, and deploy what is built of that.",
    )


def pins_agree(facts: Facts) -> Refusal | None:
    """Pins that came with a merge may have been written by anybody; those that a promotion proposes go together."""
    if not facts.mispinned:
        return None
    remedy = f"Take the pins back, and propose them with 'slipway promote {facts.target} --pr'."
    return Refusal("pins-agree", f"the pins of {facts.target} do not go together: {facts.mispinned}", remedy)


def ran_here(facts: Facts) -> Refusal | None:
    """One goes back to what ran well in that very environment; anything else has to come the usual way."""
    if facts.verb != "rollback" or facts.ran_before:
        return None
    if not facts.wanted:
        problem = f"nothing else ran well in {facts.target} that could run again"
        return Refusal("ran-here", problem, "Release a repair; what a rollback has left comes back with --to.")
    return Refusal(
        "ran-here",
        f"release {facts.release} never ran well in {facts.target}",
        "'slipway history " + facts.target + "' shows what did.",
    )


def digest_in_registry(facts: Facts) -> Refusal | None:
    """What the registry has lost cannot be pulled by the next node that needs it."""
    if not facts.missing:
        return None
    return Refusal(
        "digest-in-registry",
        f"the registry does not hold the digests of {', '.join(sorted(facts.missing))}",
        "Build and record a release anew; a digest cannot be made again.",
    )


def not_older(facts: Facts) -> Refusal | None:
    """Ids grow. Two merges may race, and the later one must stay; going back is a verb of its own."""
    there = facts.target_pins.release
    if facts.verb == "rollback" or (facts.verb == "deploy" and not facts.newest_only):
        return None
    if facts.release is None or there is None or facts.release >= there:
        return None
    return Refusal(
        "not-older",
        f"{facts.target} has {there}, which is newer than {facts.release}",
        f"If that is what you want, go back with 'slipway rollback {facts.target} --to {facts.release}' where it ran before; else "
        f"'slipway rollback {facts.target}' to what did, and ask again.",
    )


def migrations_carried(facts: Facts) -> Refusal | None:
    """An image that has not got the files would end well all the same, and nothing would ever bring them again."""
    if not facts.uncarried:
        return None
    told = ", ".join(f"{each} ({', '.join(files)})" if files else each for each, files in facts.uncarried.items())
    first = list(facts.uncarried)[-1]
    return Refusal(
        "migrations-carried",
        f"{facts.target} lacks the migrations of {told}, and the image that would run them may not have them",
        f"Bring all of {first} to {facts.target} first, or of a release that was recorded with --migrations since.",
    )


def migrations_in_step(facts: Facts) -> Refusal | None:
    """What must be migrated before the code changes, and what after, cannot be done by one deployment."""
    if len({direction for _, direction in facts.pending}) < 2:
        return None
    told = ", ".join(f"{release} ({direction})" for release, direction in facts.pending)
    first = facts.pending[0][0]
    return Refusal(
        "migrations-in-step",
        f"{facts.target} lacks migrations of different directions: {told}",
        f"Bring {first} to {facts.target} by itself first: deploy it to {facts.order[0]} and promote it from there.",
    )


def migrations_coordinated(facts: Facts) -> Refusal | None:
    """A rename or a change of type fits neither the old code nor the new: people agree on the hour and pause what writes."""
    coordinated = [release for release, direction in facts.pending if direction == "coordinated"]
    if not coordinated or facts.coordination:
        return None
    return Refusal(
        "migrations-coordinated",
        f"the migrations of {', '.join(coordinated)} fit neither the code before them nor the code after",
        f"Write down who pauses what and when, and name that page with --coordination URL{_told(facts.pauses)}.",
    )


def migrations_allow_rollback(facts: Facts) -> Refusal | None:
    """A contract migration has taken away what the old code needs, and no migration is ever taken back."""
    gone = [release for release, direction in facts.undone if direction in ("contract", "coordinated")]
    if facts.verb != "rollback" or not gone:
        return None
    return Refusal(
        "migrations-allow-rollback",
        f"the migrations of {', '.join(gone)} have taken away what the code before them needs",
        f"Go back to {gone[-1]} at most with --to, or release a repair.",
    )


def _told(pauses: Sequence[str]) -> str:
    return f": {'; '.join(pauses)}" if pauses else ""
