"""Planned failures strike once, at the call they were planned for, on the right side of the cloud's doing."""

from __future__ import annotations

import pytest

from sandbox.clouds.faults import DEFAULT_TIMEOUT, Effect, Fault, Faults
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import World

TOPIC = "gcp:pubsub/topic:Topic"


@pytest.fixture
def faults(world: World) -> Faults:
    return Faults(world)


def test_without_a_plan_nothing_happens(faults: Faults) -> None:
    faults.before(TOPIC, "create")
    faults.after(TOPIC, "create")


def test_a_fault_strikes_at_its_call_and_once(faults: Faults) -> None:
    faults.plan(Fault(TOPIC, "create", Effect.FAIL, nth=2))
    faults.before(TOPIC, "create")
    faults.before(TOPIC, "delete")
    faults.before("gcp:pubsub/subscription:Subscription", "create")
    with pytest.raises(CloudError, match="nothing was done") as caught:
        faults.before(TOPIC, "create")
    faults.before(TOPIC, "create")

    assert caught.value.reason is Reason.UNAVAILABLE
    assert faults.planned() == [Fault(TOPIC, "create", Effect.FAIL, nth=2, seen=3)]


def test_a_star_is_every_type(faults: Faults) -> None:
    faults.plan(Fault("*", "delete", Effect.QUOTA))
    with pytest.raises(CloudError) as caught:
        faults.before(TOPIC, "delete")

    assert caught.value.reason is Reason.QUOTA


def test_a_crash_strikes_only_afterwards(faults: Faults) -> None:
    faults.plan(Fault(TOPIC, "create", Effect.CRASH))
    faults.before(TOPIC, "create")
    with pytest.raises(CloudError, match="it was done"):
        faults.after(TOPIC, "create")
    faults.after(TOPIC, "create")


def test_permission_is_denied_before_anything_is_done(faults: Faults) -> None:
    faults.plan(Fault(TOPIC, "create", Effect.PERMISSION))
    with pytest.raises(CloudError, match="permission denied for create") as caught:
        faults.before(TOPIC, "create")

    assert caught.value.reason is Reason.PERMISSION
    faults.after(TOPIC, "create")


@pytest.mark.parametrize(("stated", "waited"), [(90.0, 90.0), (0.0, DEFAULT_TIMEOUT)])
def test_a_timeout_strikes_when_the_cloud_has_acted_and_takes_its_time(
    faults: Faults, world: World, stated: float, waited: float
) -> None:
    with world.read() as tx:
        before = tx.now()
    faults.plan(Fault(TOPIC, "create", Effect.TIMEOUT))
    faults.before(TOPIC, "create", stated)
    with pytest.raises(CloudError, match=f"within {waited:g} seconds; it was done") as caught:
        faults.after(TOPIC, "create", stated)

    assert caught.value.reason is Reason.TIMEOUT
    with world.read() as tx:
        assert before + waited <= tx.now() < before + waited + 60


def test_a_delay_moves_the_clock(faults: Faults, world: World) -> None:
    with world.read() as tx:
        before = tx.now()
    faults.plan(Fault(TOPIC, "update", Effect.DELAY, seconds=900))
    faults.before(TOPIC, "update")

    with world.read() as tx:
        assert tx.now() >= before + 900


def test_a_delay_beyond_the_timeout_times_out(faults: Faults, world: World) -> None:
    with world.read() as tx:
        before = tx.now()
    faults.plan(Fault(TOPIC, "update", Effect.DELAY, seconds=900))
    with pytest.raises(CloudError, match="longer than its 60 seconds") as caught:
        faults.before(TOPIC, "update", timeout=60)

    assert caught.value.reason is Reason.TIMEOUT
    with world.read() as tx:
        assert before + 60 <= tx.now() < before + 900


def test_a_cleared_plan_is_forgotten(faults: Faults) -> None:
    faults.plan(Fault(TOPIC, "create", Effect.FAIL))
    faults.clear()
    faults.before(TOPIC, "create")

    assert faults.planned() == []
