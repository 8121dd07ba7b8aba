"""When a release may move: pure rules over facts, each with a name and a remedy.

All of them are asked and all refusals are shown at once, so that nobody repairs one thing only to learn of the next.
"""

from collections.abc import Callable, Sequence

from delivery import guards_of_release, guards_of_source, guards_of_target
from delivery.facts import Facts, Refusal, short
from delivery.guards_of_target import counting

__all__ = ["GUARDS", "PASSABLE", "Facts", "Guard", "Refusal", "counting", "refusals", "short"]

Guard = Callable[[Facts], Refusal | None]

GUARDS: tuple[Guard, ...] = (
    guards_of_source.next_in_line,
    guards_of_source.source_released,
    guards_of_source.source_healthy,
    guards_of_source.running_equals_pinned,
    guards_of_source.digests_released,
    guards_of_source.digest_differs,
    guards_of_source.baked_long_enough,
    guards_of_release.checks_passed,
    guards_of_release.not_marked_bad,
    guards_of_release.of_its_branch,
    guards_of_release.pins_agree,
    guards_of_release.ran_here,
    guards_of_release.digest_in_registry,
    guards_of_release.not_older,
    guards_of_release.migrations_carried,
    guards_of_release.migrations_in_step,
    guards_of_release.migrations_coordinated,
    guards_of_release.migrations_allow_rollback,
    guards_of_target.nothing_unfinished,
    guards_of_target.plan_works,
    guards_of_target.not_frozen,
    guards_of_target.not_on_hold,
    guards_of_target.approved,
    guards_of_target.only_the_release,
)

INFRASTRUCTURE: tuple[Guard, ...] = (
    guards_of_target.nothing_unfinished,
    guards_of_target.plan_works,
    guards_of_target.not_frozen,
    guards_of_target.not_on_hold,
    guards_of_target.approved,
)
"""The guards over a change that moves no release."""

PASSABLE = frozenset(
    {
        "next-in-line",
        "source-healthy",
        "running-equals-pinned",
        "baked",
        "checks-passed",
        "not-frozen",
        "not-on-hold",
        "approved",
    }
)
"""What `--break-glass` passes: rules about time and people. The others protect what cannot be mended afterwards, or have
an option of their own."""


def refusals(facts: Facts, asked: Sequence[Guard] = GUARDS) -> list[Refusal]:
    """Every guard's answer, in the order of the list."""
    return [refusal for guard in asked if (refusal := guard(facts)) is not None]
