"""Whatever a stack looks like, its picture can be read: nothing overlaps, and every arrow leads from its box to its box."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from delivery.graph import Box, Graph
from delivery.graph_edges import Edge
from delivery.graph_layout import Layout, Rect, layout
from delivery.graph_order import crossings, forward, layers, spread
from tests.graphs.stacks import graphs


def size(key: str) -> tuple[float, float]:
    """Boxes of several sizes."""
    return 90.0 + 20 * (len(key) % 3), 30.0 if key.endswith(("1", "3")) else 44.0


def apart(one: Rect, other: Rect) -> bool:
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def within(inner: Rect, outer: Rect) -> bool:
    return outer.x <= inner.x and inner.right <= outer.right and outer.y <= inner.y and inner.bottom <= outer.bottom


@given(graphs())
def test_no_two_boxes_overlap(graph: Graph) -> None:
    found = layout(graph, size)
    assert set(found.boxes) == {box.key for box in graph.boxes}
    alone = {key: rect for key, rect in found.boxes.items() if not graph.named[key].frame}
    assert all(apart(one, other) for one, other in combinations(found.boxes.values(), 2))
    assert all(apart(one, other) for one, other in combinations((*alone.values(), *found.frames.values()), 2))


@given(graphs())
def test_boxes_stand_in_their_frames_and_all_of_it_on_the_sheet(graph: Graph) -> None:
    found = layout(graph, size)
    sheet = Rect(0, 0, found.width, found.height)
    for box in graph.boxes:
        assert within(found.boxes[box.key], found.frames[box.frame] if box.frame else sheet)
    assert all(within(rect, sheet) for rect in found.frames.values())


@given(graphs())
def test_every_arrow_ends_at_its_boxes(graph: Graph) -> None:
    found = layout(graph, size)
    assert [line.edge for line in found.lines] == list(graph.edges)
    rects = {**found.frames, **found.boxes}
    for line in found.lines:
        left, right = rects[line.edge.source], rects[line.edge.target]
        if line.turned:
            left, right = right, left
        begin, end = line.stretches[0], line.stretches[-1]
        assert (begin[0], end[1]) == (left.right, right.x)
        assert left.y <= begin[2] <= left.bottom
        assert right.y <= end[2] <= right.bottom


@given(graphs())
def test_arrows_run_from_left_to_right_past_other_boxes(graph: Graph) -> None:
    found = layout(graph, size)
    for line in found.lines:
        assert all(start <= end for start, end, _ in line.stretches)
        assert all(before[1] < after[0] for before, after in pairwise(line.stretches))
        ends = {line.edge.source, line.edge.target}
        for start, end, y in line.stretches:
            stretch = Rect(start, y, end - start, 0)
            crossed = [key for key, box in found.boxes.items() if key not in ends and not apart(stretch, box)]
            assert crossed == []


@given(graphs())
def test_the_same_graph_has_the_same_layout(graph: Graph) -> None:
    assert layout(graph, size) == layout(graph, size)


def boxes(*names: str, frame: str = "") -> tuple[Box, ...]:
    return tuple(Box(key=name, title=name, label="", frame=frame) for name in names)


def of(edges: str, *names: str) -> Layout:
    pairs = tuple(Edge(*pair.split(">")) for pair in edges.split())
    return layout(Graph(stack="x", frames=(), boxes=boxes(*names), edges=pairs), size)


def test_what_uses_stands_left_of_what_is_used() -> None:
    found = of("gateway>api api>database gateway>database", "database", "api", "gateway")
    assert found.boxes["gateway"].right < found.boxes["api"].x < found.boxes["api"].right < found.boxes["database"].x


def test_boxes_are_sorted_so_that_arrows_do_not_cross() -> None:
    found = of("a>y b>x c>z", "a", "b", "c", "x", "y", "z")
    ends = [(line.stretches[0][2], line.stretches[-1][2]) for line in found.lines]
    assert crossings(ends) == 0


def test_boxes_of_a_frame_are_sorted_too() -> None:
    edges = tuple(Edge(*pair.split(">")) for pair in ("a>z", "b>y", "c>x"))
    framed = (*boxes("a", "b", "c", frame="cluster"), *boxes("x", "y", "z", frame="data"))
    graph = Graph(stack="x", frames=boxes("cluster", "data"), boxes=framed, edges=edges)
    found = layout(graph, size)
    assert crossings([(line.stretches[0][2], line.stretches[-1][2]) for line in found.lines]) == 0


def test_crossings_are_counted() -> None:
    assert crossings([(0, 0), (1, 1)]) == 0
    assert crossings([(0, 1), (1, 0)]) == 1
    assert crossings([(0, 2), (1, 1), (2, 0)]) == 3
    assert crossings([(0, 1), (0, 0), (1, 1)]) == 0


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_crossings_are_those_of_all_pairs(lines: list[tuple[int, int]]) -> None:
    crossed = [1 for a, b in combinations(lines, 2) if (a[0] - b[0]) * (a[1] - b[1]) < 0]
    assert crossings([(float(left), float(right)) for left, right in lines]) == len(crossed)


def test_without_circles_no_edge_goes_back_and_of_a_circle_the_lightest_does() -> None:
    places = forward(["c", "b", "a"], {("a", "b"): 1, ("b", "c"): 1, ("a", "c"): 1})
    assert sorted(places, key=lambda node: places[node]) == ["a", "b", "c"]
    places = forward(["a", "b"], {("a", "b"): 1, ("b", "a"): 5})
    assert places["b"] < places["a"]


def test_layers_are_longest_ways_and_beginnings_stand_close() -> None:
    found = layers(["a", "b", "c", "late"], [("a", "b"), ("b", "c"), ("a", "c"), ("late", "c")])
    assert found == {"a": 0, "b": 1, "c": 2, "late": 1}


def test_centres_come_as_close_as_there_is_room() -> None:
    assert spread([0.0, 100.0], [1.0, 1.0], [10.0, 10.0], 5.0) == [0.0, 100.0]
    assert spread([50.0, 50.0], [1.0, 1.0], [10.0, 10.0], 10.0) == [40.0, 60.0]
    assert spread([50.0, 50.0], [3.0, 1.0], [10.0, 10.0], 10.0) == [45.0, 65.0]
