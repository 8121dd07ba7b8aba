"""An update lasts as long as its longest chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.durations import critical_path, schedule, spoken
from delivery.engines import Step

SECONDS = {"cluster": 300.0, "pool": 100.0, "database": 600.0, "topic": 5.0}


def step(op: str, kind: str, name: str = "") -> Step:
    return Step(op, f"urn:pulumi:dev::p::{kind}::{name or kind}", kind)


def cost(kind: str, op: str) -> float:
    return SECONDS.get(kind, 0.0) * (0.5 if op == "delete" else 1.0)


CLUSTER, POOL, DATABASE = (step("create", kind) for kind in ("cluster", "pool", "database"))


def test_steps_side_by_side_take_the_longer_chain() -> None:
    graph = {CLUSTER.urn: set(), POOL.urn: {CLUSTER.urn}, DATABASE.urn: set()}
    found = critical_path([CLUSTER, POOL, DATABASE], graph, cost)
    assert (found.seconds, found.chain) == (600.0, ((DATABASE, 600.0),))
    without = critical_path([CLUSTER, POOL], graph, cost)
    assert (without.seconds, without.chain) == (400.0, ((CLUSTER, 300.0), (POOL, 100.0)))


def test_what_does_not_change_still_hands_on_the_wait() -> None:
    graph = {CLUSTER.urn: set(), "urn:between": {CLUSTER.urn}, POOL.urn: {"urn:between"}}
    assert critical_path([CLUSTER, POOL], graph, cost).seconds == 400.0


def test_deletions_come_after_everything_else_dependents_first() -> None:
    gone = [step("delete", "cluster"), step("delete", "pool")]
    graph = {gone[0].urn: set(), gone[1].urn: {gone[0].urn}}
    found = critical_path(gone, graph, cost)
    assert found.chain == ((gone[1], 50.0), (gone[0], 150.0))
    both = critical_path([*gone, step("create", "topic")], graph, cost)
    assert both.seconds == 205.0


def test_a_replacement_is_made_and_removed() -> None:
    replaced = step("replace", "cluster")
    assert critical_path([replaced], {replaced.urn: set()}, cost).seconds == 450.0


def test_nothing_takes_no_time() -> None:
    assert critical_path([step("same", "cluster")], {}, cost).seconds == 0.0
    assert critical_path([], {}, cost).chain == ()


def test_a_schedule_tells_when_each_step_is_at_work() -> None:
    topic = step("delete", "topic")
    graph = {CLUSTER.urn: set(), POOL.urn: {CLUSTER.urn}, DATABASE.urn: set(), topic.urn: set()}
    found = schedule([POOL, DATABASE, topic, CLUSTER], graph, cost)
    assert [(each.step.type, each.operation, each.begin, each.end, each.critical) for each in found] == [
        ("cluster", "create", 0.0, 300.0, False),
        ("database", "create", 0.0, 600.0, True),
        ("pool", "create", 300.0, 400.0, False),
        ("topic", "delete", 600.0, 602.5, True),
    ]


def test_a_replacement_is_scheduled_twice() -> None:
    replaced = step("replace", "cluster")
    found = schedule([replaced], {replaced.urn: set()}, cost)
    assert [(each.operation, each.begin, each.end) for each in found] == [("create", 0, 300), ("delete", 300, 450)]


@given(st.lists(st.tuples(st.sampled_from(list(SECONDS)), st.lists(st.integers(0, 9), max_size=3)), max_size=10))
def test_the_path_lies_between_the_slowest_step_and_their_sum(rows: list[tuple[str, list[int]]]) -> None:
    steps = [step("create", kind, str(place)) for place, (kind, _) in enumerate(rows)]
    graph = {each.urn: {steps[wait].urn for wait in rows[place][1] if wait < place} for place, each in enumerate(steps)}
    found = critical_path(steps, graph, cost)
    costs = [cost(each.type, "create") for each in steps]
    assert max(costs, default=0.0) <= found.seconds <= sum(costs)
    assert sum(taken for _, taken in found.chain) == found.seconds
    for (before, _), (after, _) in zip(found.chain, found.chain[1:], strict=False):
        assert before.urn in graph[after.urn]
    ends = {each.step.urn: each.end for each in schedule(steps, graph, cost)}
    for each in schedule(steps, graph, cost):
        assert each.begin == max((ends[wait] for wait in graph[each.step.urn]), default=0.0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (860, "14 min 20 s"), (3600, "1 h"), (3725, "1 h 2 min"), (7259, "2 h")],
)
def test_durations_are_spoken(seconds: float, said: str) -> None:
    assert spoken(seconds) == said
