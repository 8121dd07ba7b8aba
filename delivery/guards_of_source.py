"""Guards over where a release comes from: the order of environments, and what runs in the one before."""

from datetime import timedelta

from delivery.durations import spoken
from delivery.facts import Facts, Refusal, short
from delivery.progress import one_line


def next_in_line(facts: Facts) -> Refusal | None:
    """A release visits every environment, in order. Going back to what an environment had is no visit."""
    if facts.verb == "rollback":
        return None
    position = facts.order.index(facts.target)
    if facts.source is None:
        if position == 0:
            return None
        return Refusal(
            "next-in-line",
            f"{facts.target} is not the first environment, {facts.order[0]} is",
            f"Deploy to {facts.order[0]}, then 'slipway promote {facts.order[1]}'"
            + (f" and onwards to {facts.target}." if position > 1 else "."),
        )
    if position == 0:
        return Refusal(
            "next-in-line",
            f"{facts.target} is the first environment: nothing is promoted to it",
            f"Use 'slipway deploy {facts.target} RELEASE'.",
        )
    before = facts.order[position - 1]
    if facts.source == before:
        return None
    return Refusal(
        "next-in-line",
        f"{facts.target} takes releases from {before} only, not from {facts.source}",
        f"Promote to {before} first, then 'slipway promote {facts.target}'.",
    )


def source_released(facts: Facts) -> Refusal | None:
    """There must be something to promote."""
    if facts.source is None or (facts.source_pins.images and facts.wanted):
        return None
    what = "nothing of this" if facts.source_pins.images else "nothing"
    return Refusal(
        "source-released",
        f"{what} was ever released to {facts.source}",
        f"Bring a release to {facts.source} first.",
    )


def source_healthy(facts: Facts) -> Refusal | None:
    """Every workload of the source must be ready, now, after a deployment that did not fail, such as in its smoke tests; a
    release that is named must have run well there once."""
    if facts.source is None or not facts.source_pins.images or facts.ran_before:
        return None
    if facts.ran_before is False:
        return Refusal(
            "source-healthy",
            f"release {facts.release} never ran well in {facts.source}",
            f"Bring it there first, or leave --release out to take what runs in {facts.source} now.",
        )
    ill = [
        f"{name}: {one_line(workload.reason)}"
        for name, workload in facts.source_workloads.items()
        if not workload.healthy
    ]
    if facts.source_workloads and not ill:
        if not facts.source_failure:
            return None
        return Refusal(
            "source-healthy",
            f"the last deployment to {facts.source} failed: {one_line(facts.source_failure)}",
            f"Bring its release to {facts.source} once more, if its reason is gone, or one that works.",
        )
    return Refusal(
        "source-healthy",
        f"{facts.source} is not healthy ({'; '.join(ill) or 'nothing runs there'})",
        f"Look at 'slipway status'; repair {facts.source} or deploy a release that works.",
    )


def running_equals_pinned(facts: Facts) -> Refusal | None:
    """What is promoted is what was tested, so the source must run exactly what it pins."""
    if facts.source is None or facts.ran_before is not None:
        return None
    different = [
        f"{image} runs {short(facts.source_running.get(image))}, pinned is {short(digest)}"
        for image, digest in facts.source_pins.images.items()
        if facts.source_running.get(image) != digest and image not in facts.idle
    ]
    if not different:
        return None
    return Refusal(
        "running-equals-pinned",
        f"{facts.source} does not run what it pins ({'; '.join(different)})",
        f"Finish the rollout with 'slipway up {facts.source}', or deploy a release that works.",
    )


def digests_released(facts: Facts) -> Refusal | None:
    """Only what was recorded as a release moves on: of anything else nobody knows what it was built from."""
    found = []
    if facts.by_hand:
        found.append(f"{facts.source} was pinned by hand ({', '.join(sorted(facts.by_hand))})")
    if facts.kept_by_hand:
        kept = ", ".join(sorted(facts.kept_by_hand))
        found.append(f"{facts.target} would keep digests that were pinned by hand ({kept})")
    if unreleased := sorted(set(facts.unreleased) - set(facts.by_hand) - set(facts.kept_by_hand)):
        found.append(f"no recorded release has the digests of {', '.join(unreleased)}")
    if not found:
        return None
    return Refusal(
        "digests-released",
        "; ".join(found),
        "Take that back, or record what was built with 'slipway release record', deploy it to "
        f"{facts.order[0]} and promote it from there.",
    )


def digest_differs(facts: Facts) -> Refusal | None:
    """A promotion that changes nothing is a mistake; one that failed or was cut short may be repeated."""
    if not facts.nothing_moves:
        return None
    return Refusal(
        "digest-differs",
        f"{facts.target} runs these digests already",
        "There is nothing to do; release something newer first.",
    )


def baked_long_enough(facts: Facts) -> Refusal | None:
    """Every digest that would be new here must have run in the source for the time that the target asks for."""
    if facts.source is None or not facts.bake_seconds:
        return None
    new = {image for image, digest in facts.wanted.items() if facts.target_pins.images.get(image) != digest}
    short_of = {image: facts.bake_seconds - facts.baked.get(image, 0.0) for image in new}
    raw = {image: missing for image, missing in short_of.items() if missing > 0}
    if not raw:
        return None
    longest = max(raw.values())
    told = ", ".join(f"{image} {spoken(facts.baked.get(image, 0.0))}" for image in sorted(raw))
    until = f", at {facts.now + timedelta(seconds=longest):%Y-%m-%d %H:%M} UTC" if facts.now else ""
    return Refusal(
        "baked",
        f"{facts.target} takes what has run in {facts.source} for {spoken(facts.bake_seconds)} ({told})",
        f"Wait {spoken(longest)}{until}.",
    )
