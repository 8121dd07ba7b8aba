"""When a release may move: pure rules over facts, each with a name and a remedy.

All of them are asked and all refusals are shown at once, so that nobody repairs one thing only to learn of the next.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from delivery.pins import Pins
from delivery.progress import one_line
from delivery.workloads import Workload


@dataclass(frozen=True)
class Facts:
    """What the guards look at. Health is read at the moment of asking, never from the last update.

    `order` are the environments that lead to `target`, which is the last of them. `source` is None where a recorded
    release goes to the first environment. `wanted` are the digests that would be pinned in `target`; `running` ones are
    read from the cluster, by image.
    """

    order: Sequence[str]
    source: str | None
    target: str
    wanted: Mapping[str, str]
    target_pins: Pins
    source_pins: Pins = field(default_factory=Pins)
    source_workloads: Mapping[str, Workload] = field(default_factory=dict)
    source_running: Mapping[str, str] = field(default_factory=dict)
    target_running: Mapping[str, str] = field(default_factory=dict)
    target_healthy: bool = False
    by_hand: Collection[str] = ()
    """Images that the source pins otherwise than any recorded release has them."""
    idle: Collection[str] = ()
    """Images that no Deployment uses, so that no cluster can tell their digest."""
    pending: Sequence[tuple[str, str]] = ()
    """Releases whose migrations the target's database lacks, oldest first, each with their direction."""


@dataclass(frozen=True)
class Refusal:
    """Why not, and what to do instead."""

    guard: str
    problem: str
    remedy: str


Guard = Callable[[Facts], Refusal | None]


def next_in_line(facts: Facts) -> Refusal | None:
    """A release visits every environment, in order."""
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
    if facts.source is None or facts.source_pins.images:
        return None
    return Refusal(
        "source-released",
        f"nothing was ever released to {facts.source}",
        f"Bring a release to {facts.source} first.",
    )


def source_healthy(facts: Facts) -> Refusal | None:
    """Every workload of the source must be ready, now."""
    if facts.source is None or not facts.source_pins.images:
        return None
    ill = [
        f"{name}: {one_line(workload.reason)}"
        for name, workload in facts.source_workloads.items()
        if not workload.healthy
    ]
    if facts.source_workloads and not ill:
        return None
    return Refusal(
        "source-healthy",
        f"{facts.source} is not healthy ({'; '.join(ill) or 'nothing runs there'})",
        f"Look at 'slipway status'; repair {facts.source} or deploy a release that works.",
    )


def running_equals_pinned(facts: Facts) -> Refusal | None:
    """What is promoted is what was tested, so the source must run exactly what it pins."""
    if facts.source is None:
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
    if not facts.by_hand:
        return None
    return Refusal(
        "digests-released",
        f"{facts.source} has digests that were pinned by hand ({', '.join(sorted(facts.by_hand))})",
        f"Record what was built with 'slipway release record', deploy it to {facts.order[0]} and promote it from there.",
    )


def digest_differs(facts: Facts) -> Refusal | None:
    """A promotion that changes nothing is a mistake; one that was cut short may be repeated."""
    wanted = dict(facts.wanted)
    if not wanted or wanted != dict(facts.target_pins.images):
        return None
    runs = all(facts.target_running.get(image) == digest or image in facts.idle for image, digest in wanted.items())
    if not (facts.target_healthy and runs):
        return None
    return Refusal(
        "digest-differs",
        f"{facts.target} runs these digests already",
        "There is nothing to do; release something newer first.",
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


GUARDS: tuple[Guard, ...] = (
    next_in_line,
    source_released,
    source_healthy,
    running_equals_pinned,
    digests_released,
    digest_differs,
    migrations_in_step,
)


def refusals(facts: Facts) -> list[Refusal]:
    """Every guard's answer, in the order of the list."""
    return [refusal for guard in GUARDS if (refusal := guard(facts)) is not None]


def short(digest: str | None) -> str:
    """A digest as people compare it: the first 12 hexadecimal digits."""
    return digest.removeprefix("sha256:")[:12] if digest else "nothing"
