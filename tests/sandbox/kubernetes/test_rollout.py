"""Rollouts end as the Deployment controller ends them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clouds.kubernetes.rollout import Actions, PodState, Strategy, roll, strategy

OLD = [PodState(f"old{number}", "n") for number in range(4)]


def actions(good: bool, room: int = 100) -> Actions:
    """A cluster with room for so many new pods, whose images are good or crash. Old pods that go make room."""
    numbers = itertools.count()
    free = [room]

    def retry(pod: PodState) -> PodState:
        if not pod.node and free[0] > 0:
            free[0] -= 1
            return PodState(pod.name, "n", "" if good else "CrashLoopBackOff")
        return pod if pod.node else PodState(pod.name, "", "Unschedulable")

    def remove(pod: PodState) -> None:
        free[0] += 1 if pod.node else 0

    return Actions(lambda: retry(PodState(f"new{next(numbers)}")), retry, remove)


def counts(pods: list[PodState]) -> tuple[int, int]:
    """How many there are, and how many are ready."""
    return len(pods), sum(pod.ready for pod in pods)


def test_first_rollout() -> None:
    old, new = roll(4, Strategy(1, 1), [], [], actions(good=True))

    assert (counts(old), counts(new)) == ((0, 0), (4, 4))


def test_good_version_replaces_the_old_one() -> None:
    old, new = roll(4, Strategy(1, 0), OLD, [], actions(good=True))

    assert (counts(old), counts(new)) == ((0, 0), (4, 4))


def test_crashing_version_leaves_all_old_pods_where_none_may_be_unavailable() -> None:
    old, new = roll(4, Strategy(1, 0), OLD, [], actions(good=False))

    assert (counts(old), counts(new)) == ((4, 4), (1, 0))


def test_crashing_version_takes_as_many_old_pods_as_may_be_unavailable() -> None:
    old, new = roll(4, Strategy(1, 1), OLD, [], actions(good=False))

    assert (counts(old), counts(new)) == ((3, 3), (2, 0))


def test_recreate_leaves_nothing_of_the_old_version() -> None:
    old, new = roll(4, Strategy(0, 4, recreate=True), OLD, [], actions(good=False))

    assert (counts(old), counts(new)) == ((0, 0), (4, 0))


def test_rollout_goes_on_in_the_room_that_old_pods_leave() -> None:
    old, new = roll(4, Strategy(1, 1), OLD, [], actions(good=True, room=0))

    assert (counts(old), counts(new)) == ((0, 0), (4, 4))


def test_rollout_stops_where_no_old_pod_may_make_room() -> None:
    old, new = roll(4, Strategy(1, 0), OLD, [], actions(good=True, room=0))

    assert (counts(old), counts(new)) == ((4, 4), (1, 0))


def test_scaling_down_takes_pods_that_are_not_ready_first() -> None:
    waiting = PodState("waiting", "", "Unschedulable")

    _, new = roll(2, Strategy(1, 0), [], [OLD[0], waiting, OLD[1]], actions(good=True, room=0))

    assert new == [OLD[0], OLD[1]]


@given(
    st.integers(min_value=1, max_value=9),
    st.integers(min_value=0, max_value=4),
    st.integers(min_value=0, max_value=4),
    st.booleans(),
    st.integers(min_value=0, max_value=12),
)
def test_availability_never_falls_below_what_is_allowed(
    replicas: int, surge: int, unavailable: int, good: bool, room: int
) -> None:
    limits = Strategy(surge, max(unavailable, 1) if surge == 0 else unavailable)
    before = [PodState(f"old{number}", "n") for number in range(replicas)]

    old, new = roll(replicas, limits, before, [], actions(good, room))

    assert counts(old)[1] + counts(new)[1] >= replicas - limits.unavailable
    assert len(old) + len(new) <= replicas + limits.surge


@pytest.mark.parametrize(
    ("replicas", "rolling", "surge", "unavailable"),
    [
        (1, {}, 1, 0),
        (4, {}, 1, 1),
        (10, {"maxSurge": "30%", "maxUnavailable": "35%"}, 3, 3),
        (3, {"maxSurge": 0, "maxUnavailable": "1%"}, 0, 1),
        (6, {"maxSurge": 1, "maxUnavailable": 0}, 1, 0),
    ],
)
def test_shares_are_rounded_as_kubernetes_rounds(
    replicas: int, rolling: dict[str, object], surge: int, unavailable: int
) -> None:
    assert strategy({"strategy": {"rollingUpdate": rolling}}, replicas) == Strategy(surge, unavailable)
