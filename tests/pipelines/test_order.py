"""When steps run on a machine that they share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines import order
from pipelines.build import Build, Step
from pipelines.durations import Duration
from pipelines.order import Span
from pipelines.trigger import Trigger


def step(id_: str, seconds: float, cpus: float, *after: str) -> Step:
    return Step(id=id_, image="x", run=("true",), after=after, takes=Duration(seconds, cpus, ""))


def test_what_fits_runs_at_once() -> None:
    build = Build(steps=(step("a", 10, 4), step("b", 20, 4), step("c", 5, 1, "a")))
    assert order.timeline(build) == {"a": Span(0, 10), "b": Span(0, 20), "c": Span(10, 15)}


def test_what_does_not_fit_shares() -> None:
    """Four steps of four processors each on eight: half as fast, all of them, until two are done."""
    build = Build(steps=(step("a", 10, 4), step("b", 10, 4), step("c", 20, 4), step("d", 20, 4)))
    assert order.timeline(build) == {"a": Span(0, 20), "b": Span(0, 20), "c": Span(0, 30), "d": Span(0, 30)}


def test_a_larger_machine_shares_less() -> None:
    build = Build(steps=tuple(step(name, 10, 8) for name in "abcd"))
    assert max(span.end for span in order.timeline(build).values()) == 40
    large = replace(build, machine="E2_HIGHCPU_32")
    assert max(span.end for span in order.timeline(large).values()) == 10


def test_the_end_waits_for_the_longest_chain() -> None:
    build = Build(steps=(step("a", 10, 1), step("b", 30, 1), step("c", 5, 1, "a", "b"), step("d", 1, 1, "a")))
    spans = order.timeline(build)
    assert order.critical_path(build, spans) == ["b", "c"]


def test_a_build_without_steps_is_over_at_once() -> None:
    assert order.timeline(Build(steps=())) == {}
    assert order.critical_path(Build(steps=()), {}) == []


@pytest.mark.parametrize("name", ["main", "pull-request"])
def test_work_is_neither_lost_nor_done_twice(found: dict[str, Trigger], name: str) -> None:
    """No step is faster than alone; and all together need no less than the machine's processors can do."""
    build = found[name].build
    spans = order.timeline(build)
    for each in build.steps:
        assert spans[each.id].end - spans[each.id].begin >= each.takes.seconds - 1e-6
        assert all(spans[other].end <= spans[each.id].begin for other in each.after)
    work = sum(each.takes.seconds * each.takes.cpus for each in build.steps)
    assert max(span.end for span in spans.values()) >= work / order.PROCESSORS[build.machine]
