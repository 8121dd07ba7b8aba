"""Each guard refuses what it is for, says what to do, and lets everything else pass."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.approvals import Approval
from delivery.github import Checks
from delivery.guards import GUARDS, Facts, Refusal, counting, refusals
from delivery.pins import Pins
from delivery.workloads import Workload, by_image
from model.promotion import ApprovalRule

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ORDER = ("dev", "staging", "prod")
REGISTRY = "us-west1-docker.pkg.dev/acme/repo/api"


def workload(digest: str = ONE, healthy: bool = True) -> Workload:
    return Workload("api", f"{REGISTRY}@{digest}", 1, 1, healthy, "" if healthy else "CrashLoopBackOff")


FINE = Facts(
    order=ORDER,
    source="dev",
    target="staging",
    wanted={"api": ONE},
    target_pins=Pins(),
    source_pins=Pins({"api": ONE}, "2026.01.31.0001"),
    source_workloads={"api": workload()},
    source_running={"api": ONE},
)
FIRST = Facts(order=ORDER, source=None, target="dev", wanted={"api": ONE}, target_pins=Pins())


def names(facts: Facts) -> list[str]:
    return [refusal.guard for refusal in refusals(facts)]


def test_what_is_fine_passes() -> None:
    assert refusals(FINE) == []
    assert refusals(FIRST) == []


def test_no_environment_is_skipped() -> None:
    assert refusals(replace(FINE, target="prod")) == [
        Refusal(
            "next-in-line",
            "prod takes releases from staging only, not from dev",
            "Promote to staging first, then 'slipway promote prod'.",
        )
    ]
    assert names(replace(FINE, target="dev")) == ["next-in-line"]
    assert names(replace(FIRST, target="staging")) == ["next-in-line"]
    assert refusals(replace(FIRST, target="prod"))[0].remedy == (
        "Deploy to dev, then 'slipway promote staging' and onwards to prod."
    )


def test_nothing_is_promoted_from_where_nothing_was_released() -> None:
    empty = replace(FINE, wanted={}, source_pins=Pins(), source_workloads={}, source_running={})
    assert names(empty) == ["source-released"]


def test_nothing_is_promoted_where_the_source_has_none_of_it() -> None:
    assert [each.problem for each in refusals(replace(FINE, wanted={}))] == ["nothing of this was ever released to dev"]


@pytest.mark.parametrize("found", [{}, {"api": workload(healthy=False)}])
def test_an_unhealthy_source_is_refused(found: dict[str, Workload]) -> None:
    assert names(replace(FINE, source_workloads=found)) == ["source-healthy"]


def test_the_reason_of_an_unhealthy_workload_is_shown() -> None:
    refusal = refusals(replace(FINE, source_workloads={"api": workload(healthy=False)}))[0]
    assert refusal.problem == "dev is not healthy (api: CrashLoopBackOff)"


def test_a_source_whose_last_deployment_failed_is_refused_though_its_pods_are_well() -> None:
    assert refusals(replace(FINE, source_failure="the smoke test of api failed")) == [
        Refusal(
            "source-healthy",
            "the last deployment to dev failed: the smoke test of api failed",
            "Bring its release to dev once more, if its reason is gone, or one that works.",
        )
    ]


@pytest.mark.parametrize("running", [{}, {"api": TWO}])
def test_a_source_that_runs_something_else_is_refused(running: dict[str, str]) -> None:
    assert names(replace(FINE, source_running=running)) == ["running-equals-pinned"]


def test_the_same_digests_again_are_refused_only_where_they_run() -> None:
    there = replace(FINE, target_pins=Pins({"api": ONE}), target_running={"api": ONE}, target_healthy=True)
    assert names(there) == ["digest-differs"]
    assert names(replace(there, target_running={"api": TWO})) == []
    assert names(replace(there, target_healthy=False)) == []
    assert names(replace(there, failed_before=True)) == []


def test_nobody_has_to_agree_to_what_is_there_already() -> None:
    asked = replace(FINE, approval=ApprovalRule(count=1, by="record"))
    there = replace(asked, target_pins=Pins({"api": ONE}), target_running={"api": ONE}, target_healthy=True)
    assert names(there) == ["digest-differs"]
    assert names(replace(there, failed_before=True)) == ["approved"]
    assert names(asked) == ["approved"]


def test_all_refusals_are_shown_at_once() -> None:
    worst = replace(
        FINE,
        target="prod",
        source_workloads={"api": workload(TWO, healthy=False)},
        source_running={"api": TWO},
        target_pins=Pins({"api": ONE}),
        target_running={"api": ONE},
        target_healthy=True,
    )
    assert names(worst) == ["next-in-line", "source-healthy", "running-equals-pinned", "digest-differs"]


DIGESTS = st.dictionaries(st.sampled_from(["api", "worker"]), st.sampled_from([ONE, TWO]))


@given(
    source=st.sampled_from([None, *ORDER]),
    target=st.sampled_from(ORDER),
    pinned=DIGESTS,
    running=DIGESTS,
    healthy=st.booleans(),
    target_pinned=DIGESTS,
)
def test_nothing_passes_that_was_not_healthy_one_environment_before(
    source: str | None,
    target: str,
    pinned: dict[str, str],
    running: dict[str, str],
    healthy: bool,
    target_pinned: dict[str, str],
) -> None:
    facts = Facts(
        ORDER,
        source,
        target,
        pinned,
        Pins(target_pinned),
        verb="promote" if source else "deploy",
        source_pins=Pins(pinned),
        source_workloads={"api": workload(healthy=healthy)},
        source_running=running,
    )
    found = refusals(facts)
    assert len({refusal.guard for refusal in found}) == len(found) <= len(GUARDS)
    assert all(refusal.problem and refusal.remedy for refusal in found)
    if not found and source is None:
        assert target == "dev"
    elif not found:
        assert healthy
        assert ORDER.index(source or "") + 1 == ORDER.index(target)
        assert pinned
        assert all(running.get(image) == digest for image, digest in pinned.items())


def test_a_digest_runs_where_all_deployments_of_its_image_agree() -> None:
    image_of = {"api": "api", "read": "api", "scribe": "scribe"}
    same = [Workload(name, f"r/x@{ONE}", 1, 1, True) for name in image_of]
    assert by_image(same, image_of) == {"api": ONE, "scribe": ONE}
    mixed = [replace(same[0], image=f"r/x@{TWO}"), *same[1:]]
    assert by_image(mixed, image_of) == {"scribe": ONE}
    assert by_image([replace(same[0], image=""), *same[1:]], image_of) == {"scribe": ONE}
    assert by_image([Workload("kong", f"r/kong@{ONE}", 1, 1, True)], image_of) == {}


def test_migrations_of_different_directions_do_not_go_together() -> None:
    pending = (("2026.01.31.0001", "expand"), ("2026.01.31.0002", "contract"))
    assert refusals(replace(FINE, pending=pending)) == [
        Refusal(
            "migrations-in-step",
            "staging lacks migrations of different directions: 2026.01.31.0001 (expand), 2026.01.31.0002 (contract)",
            "Bring 2026.01.31.0001 to staging by itself first: deploy it to dev and promote it from there.",
        )
    ]
    assert refusals(replace(FINE, pending=pending[:1])) == []


def test_an_image_that_may_not_have_the_migrations_does_not_run_them() -> None:
    uncarried = {"2026.01.31.0001": [], "2026.01.31.0002": ["0002_note.sql", "0003_sum.sql"]}
    assert refusals(replace(FINE, uncarried=uncarried)) == [
        Refusal(
            "migrations-carried",
            "staging lacks the migrations of 2026.01.31.0001, 2026.01.31.0002 (0002_note.sql, 0003_sum.sql), and the image that "
            "would run them may not have them",
            "Bring all of 2026.01.31.0002 to staging first, or of a release that was recorded with --migrations since.",
        )
    ]


def test_an_image_that_only_migrates_is_not_expected_to_run() -> None:
    pins = Pins({"api": ONE, "migrator": TWO}, "2026.01.31.0001")
    facts = replace(FINE, wanted=dict(pins.images), source_pins=pins)
    assert names(facts) == ["running-equals-pinned"]
    assert names(replace(facts, idle={"migrator"})) == []
    there = replace(facts, idle={"migrator"}, target_pins=pins, target_running={"api": ONE}, target_healthy=True)
    assert names(there) == ["digest-differs"]


def test_digests_of_no_release_stay_where_they_are() -> None:
    assert names(replace(FINE, by_hand=("api",))) == ["digests-released"]


def test_what_one_service_leaves_as_it_is_must_be_on_record_too() -> None:
    (refusal,) = refusals(replace(FINE, kept_by_hand=["worker"]))
    assert refusal.guard == "digests-released"
    assert refusal.problem == "staging would keep digests that were pinned by hand (worker)"


@pytest.mark.parametrize(
    ("needed", "checks", "wrong"),
    [
        ("none", Checks(failed=("build",)), ""),
        ("reported", None, ""),
        ("reported", Checks(passed=("build",)), ""),
        ("reported", Checks(), "none was ever reported"),
        ("reported", Checks(("lint",), failed=("build",), pending=("scan",)), "build failed, scan has not ended"),
        (("build", "lint"), Checks(("build", "lint"), failed=("other",)), ""),
        (("build", "lint", "scan"), Checks(("build",), pending=("scan",)), "lint is not there, scan has not ended"),
    ],
)
def test_a_commit_goes_nowhere_before_its_checks_have_passed(needed: Any, checks: Checks | None, wrong: str) -> None:
    facts = replace(FIRST, verb="deploy", release="2026.01.31.0001", checks_needed=needed, checks=checks)
    found = [each.problem for each in refusals(facts) if each.guard == "checks-passed"]
    assert found == ([f"checks of the commit of 2026.01.31.0001: {wrong}"] if wrong else [])


def test_approvals_that_do_not_count_are_none_and_it_is_said_why() -> None:
    def given(who: str) -> Approval:
        return Approval(who, datetime(2026, 1, 31, tzinfo=UTC), "sha256:3", "a review")

    facts = replace(
        FINE,
        approval=ApprovalRule(count=2, by="review", people=("ann", "bob", "carol", "dave")),
        approvals=tuple(map(given, ("ann", "Bob", "carol", "dave", "eve"))),
        uncounted={"ann": "asks for it"},
        members=frozenset({"ann", "bob", "carol", "eve"}),
    )
    assert [each.who for each in counting(facts)] == ["Bob", "carol"]
    assert names(facts) == []
    (refusal,) = refusals(
        replace(facts, approvals=facts.approvals[:2], approval=ApprovalRule(count=1, by="review", people=("ann",)))
    )
    assert refusal.problem == (
        "staging needs 1 approval of this plan (nothing) and has 0; Bob does not count: is not among the people who may; "
        "ann does not count: asks for it"
    )
    assert counting(replace(facts, approval=None)) == []
    # Who has approved once more for nothing counts all the same.
    twice = replace(facts, approvals=facts.approvals[1:2], void=(("Bob", "has approved already"),))
    assert refusals(twice)[0].problem == "staging needs 2 approvals of this plan (nothing) and has 1 (bob)"
