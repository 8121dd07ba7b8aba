"""A fault that could never strike as it was meant is refused; one that can is planned and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery import sandbox_faults, time_spans
from model.errors import ConfigError
from sandbox.clouds.faults import Effect, Fault, Faults
from sandbox.clouds.world import World

TOPIC = "gcp:pubsub/topic:Topic"
FUNCTION = "gcp:organizations/getProject:getProject"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "world.sqlite")


@pytest.mark.parametrize(
    ("type_", "operation", "effect", "seconds", "planned"),
    [
        (TOPIC, "create", "fail", None, Fault(TOPIC, "create", Effect.FAIL, 2)),
        (TOPIC, "create", "delay", None, Fault(TOPIC, "create", Effect.DELAY, 2, 900.0)),
        ("kubernetes:apps/v1:Deployment", "update", "delay", 90.0, None),
        (FUNCTION, "invoke", "timeout", None, Fault(FUNCTION, "invoke", Effect.TIMEOUT, 2)),
        ("*", "delete", "permission", None, Fault("*", "delete", Effect.PERMISSION, 2)),
    ],
)
def test_what_can_strike_is_planned(
    world: World, type_: str, operation: str, effect: str, seconds: float | None, planned: Fault | None
) -> None:
    made = sandbox_faults.plan(world, type_, operation, effect, 2, seconds)
    assert made == (planned or Fault(type_, operation, Effect.DELAY, 2, 90.0))
    assert Faults(world).planned() == [made]


@pytest.mark.parametrize(
    ("type_", "operation", "effect", "seconds", "said"),
    [
        ("gcp:pubsub/topic:Topik", "create", "fail", None, f"TYPE: .*Did you mean '{TOPIC}'?"),
        (FUNCTION, "create", "fail", None, "TYPE: there is no"),
        (TOPIC, "invoke", "fail", None, "TYPE: there is no"),
        (TOPIC, "creat", "fail", None, "OPERATION: .*Did you mean 'create'?"),
        (TOPIC, "create", "fali", None, "EFFECT: .*Did you mean 'fail'?"),
        (TOPIC, "create", "crash", 5.0, "--for: 'crash' takes no time"),
    ],
)
def test_what_never_could_is_refused(
    world: World, type_: str, operation: str, effect: str, seconds: float | None, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        sandbox_faults.plan(world, type_, operation, effect, 1, seconds)
    assert Faults(world).planned() == []


def test_it_tells_what_has_struck(world: World) -> None:
    sandbox_faults.plan(world, TOPIC, "create", "delay", 2, 90.0)
    faults = Faults(world)
    faults.before(TOPIC, "create")
    waiting = sandbox_faults.as_json(faults.planned())["faults"]
    faults.before(TOPIC, "create")
    assert waiting == [
        {"type": TOPIC, "operation": "create", "effect": "delay", "nth": 2, "seconds": 90.0, "seen": 1, "struck": False}
    ]
    (struck,) = sandbox_faults.as_json(faults.planned())["faults"]
    assert (struck["seen"], struck["struck"]) == (2, True)
    assert sandbox_faults.described(faults.planned()[0]) == f"delay of 90 s at call 2 of create of {TOPIC}"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("2h30m", 9000), ("7d", 604800), ("1w", 604800), ("0.5h", 1800)]
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert time_spans.parse(text, "SPAN") == seconds


@pytest.mark.parametrize("text", ["", "7", "7x", "-1d", "1 d", "d", "1d2", "1.2.3s", "99999999w", "٣d"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(ConfigError, match="SPAN: "):
        time_spans.parse(text, "SPAN")
