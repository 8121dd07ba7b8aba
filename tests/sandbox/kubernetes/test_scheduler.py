"""Pods go where they fit, and where they do not, the reason and the shortage are right."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clouds.kubernetes.scheduler import (
    CPU,
    MEMORY,
    Node,
    Pod,
    PodSpec,
    Requirement,
    Spread,
    Taint,
    Toleration,
    schedule,
)

GIB = 1024**3
NODES = [Node(f"n{number}", {CPU: 1500, MEMORY: 4 * GIB}) for number in range(3)]


def pods(count: int, spec: PodSpec) -> list[Pod]:
    return [Pod(f"p{number}", "g", spec) for number in range(count)]


def test_reason_and_shortage() -> None:
    outcome = schedule(NODES, [], pods(1, PodSpec({CPU: 3000, MEMORY: GIB})))

    assert outcome.placements == {}
    assert outcome.unschedulable[0].message == "0/3 nodes are available: 3 Insufficient cpu."
    assert outcome.unschedulable[0].short == {CPU: 1500}
    assert outcome.unschedulable[0].explained == "0/3 nodes are available: 3 Insufficient cpu. Short by 1.5 vCPU."


def test_what_runs_counts_and_the_roomiest_node_tells_the_shortage() -> None:
    big = PodSpec({CPU: 1000})
    running = [(Pod("a", "g", big), "n0"), (Pod("b", "g", PodSpec({CPU: 1400})), "n1"), (Pod("c", "g", big), "n2")]

    outcome = schedule(NODES, running, pods(1, PodSpec({CPU: 750})))

    assert outcome.unschedulable[0].short == {CPU: 250}


def test_no_nodes() -> None:
    assert schedule([], [], pods(1, PodSpec({}))).unschedulable[0].message == "0/0 nodes are available: no nodes."


def test_spreads_over_existing_nodes_before_a_new_one_is_added() -> None:
    nodes = [Node("first", {CPU: 1000}), Node("later", {CPU: 4000}, standby=True)]

    outcome = schedule(nodes, [], pods(3, PodSpec({CPU: 500})))

    assert outcome.placements == {"p0": "first", "p1": "first", "p2": "later"}


def test_taints_need_tolerations() -> None:
    nodes = [Node("gpu", {CPU: 1000, "nvidia.com/gpu": 1}, taints=(Taint("nvidia.com/gpu", "present"),))]

    refused = schedule(nodes, [], pods(1, PodSpec({CPU: 100}))).unschedulable[0]
    tolerated = PodSpec({"nvidia.com/gpu": 1}, tolerations=(Toleration("nvidia.com/gpu", "Exists"),))
    outcome = schedule(nodes, [], pods(2, tolerated))

    assert refused.message == "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}."
    assert outcome.placements == {"p0": "gpu"}
    assert outcome.unschedulable[0].explained == (
        "0/1 nodes are available: 1 Insufficient nvidia.com/gpu. Short by 1 nvidia.com/gpu."
    )


def test_selector_and_affinity() -> None:
    nodes = [Node("a", {CPU: 1000}, {"zone": "a", "spot": "true"}), Node("b", {CPU: 1000}, {"zone": "b"})]
    by_selector = schedule(nodes, [], pods(1, PodSpec({CPU: 1}, {"zone": "b"})))
    not_spot = PodSpec({CPU: 1}, affinity=((Requirement("spot", "DoesNotExist"),),))

    assert by_selector.placements == {"p0": "b"}
    assert schedule(nodes, [], pods(1, not_spot)).placements == {"p0": "b"}
    assert schedule(nodes, [], pods(1, PodSpec({CPU: 1}, {"zone": "c"}))).unschedulable[0].message == (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
    )


def test_a_node_by_its_name_and_a_term_that_says_nothing() -> None:
    """A label of that name is none of the node's fields, and an empty term is met by no node."""
    nodes = [Node("a", {CPU: 1000}), Node("b", {CPU: 1000}, {"metadata.name": "a"})]
    named = Requirement("metadata.name", "In", ("a",), field=True)
    wanted = {"field": ((named,),), "label": ((Requirement("metadata.name", "In", ("a",)),),), "none": ((),)}

    found = {
        what: schedule(nodes, [], pods(1, PodSpec({CPU: 1}, affinity=affinity))).placements
        for what, affinity in {**wanted, "either": ((), (named,))}.items()
    }

    assert found == {"field": {"p0": "a"}, "label": {"p0": "b"}, "none": {}, "either": {"p0": "a"}}


def test_numbers_are_compared_with_numbers_only() -> None:
    label = {"generation": "5"}
    assert [Requirement("generation", "Gt", (than,)).met_by(label) for than in ("4", "5", "four")] == [
        True,
        False,
        False,
    ]


def test_hard_spread_over_zones() -> None:
    nodes = [Node("a", {CPU: 9000}, {"zone": "a"}), Node("b", {CPU: 1000}, {"zone": "b"})]

    outcome = schedule(nodes, [], pods(4, PodSpec({CPU: 1000}, spread=(Spread("zone", 1),))))

    assert Counter(outcome.placements.values()) == {"a": 2, "b": 1}
    assert outcome.unschedulable[0].message == (
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints."
    )


def test_hard_spread_is_over_the_nodes_that_are_chosen_from() -> None:
    """Those of another pool, where there is none of the pods, keep none of them away; a taint does not count."""
    mine = [Node(name, {CPU: 1000}, {"pool": "a", "host": name}) for name in ("a", "b")]
    others = [Node(name, {CPU: 1000}, {"pool": "b", "host": name}) for name in ("c", "d")]
    wanted = PodSpec({CPU: 100}, {"pool": "a"}, spread=(Spread("host", 1),))

    assert Counter(schedule([*mine, *others], [], pods(5, wanted)).placements.values()) == {"a": 3, "b": 2}

    closed = Node("e", {CPU: 1000}, {"pool": "a", "host": "e"}, (Taint("batch"),))
    assert Counter(schedule([*mine, closed], [], pods(5, wanted)).placements.values()) == {"a": 1, "b": 1}


def test_pods_per_node() -> None:
    outcome = schedule([Node("n", {CPU: 1000}, pods=1)], [], pods(2, PodSpec({CPU: 1})))

    assert outcome.unschedulable[0].message == "0/1 nodes are available: 1 Too many pods."


@given(
    st.lists(st.integers(min_value=100, max_value=4000), min_size=1, max_size=5),
    st.lists(st.integers(min_value=50, max_value=3000), max_size=20),
)
def test_no_node_is_overcommitted_and_no_pod_is_left_that_would_fit(room: list[int], wanted: list[int]) -> None:
    nodes = [Node(f"n{number}", {CPU: cpu}) for number, cpu in enumerate(room)]
    asked = [Pod(f"p{number}", "g", PodSpec({CPU: cpu})) for number, cpu in enumerate(wanted)]

    outcome = schedule(nodes, [], asked)

    free = dict(enumerate(room))
    for pod, node in outcome.placements.items():
        free[int(node[1:])] -= wanted[int(pod[1:])]
    assert min(free.values()) >= 0
    assert len(outcome.placements) + len(outcome.unschedulable) == len(asked)
    for left in outcome.unschedulable:
        assert wanted[int(left.pod[1:])] > max(free.values())


@pytest.mark.parametrize(
    ("operator", "values", "met"),
    [("In", ("x",), True), ("NotIn", ("x",), False), ("Exists", (), True), ("DoesNotExist", (), False)],
)
def test_requirement(operator: str, values: tuple[str, ...], met: bool) -> None:
    assert Requirement("k", operator, values).met_by({"k": "x"}) is met
