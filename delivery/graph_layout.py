"""Coordinates of a picture: a rectangle for each box and frame, and a line for each arrow, in pixels from the top left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from delivery.graph import Graph
from delivery.graph_edges import Edge
from delivery.graph_order import spread
from delivery.graph_places import Item, Lane, Places, Unit, Way, neighbours, places
from delivery.graph_sweep import LANE, PAD, UNITS, height, sort, unit_height, within

ROWS = 72.0
"""Between rows of boxes in a frame, for their arrows, in pixels."""
COLUMNS, WIDER = 84.0, 2.5
"""Between columns, and how much more for each arrow that passes there, up to MOST."""
MOST = 230.0
MARGIN = 16.0
STEP = 8.0
"""Between points at the same side of something, where there is room."""
ROUNDS = 8


@dataclass(frozen=True)
class Rect:
    """A box, by its left top corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Line:
    """An arrow as level stretches (left, right, height), to be joined by curves; `turned` if its source is at the right end."""

    edge: Edge
    stretches: tuple[tuple[float, float, float], ...]
    turned: bool


@dataclass(frozen=True)
class Layout:
    """Where everything is."""

    width: float
    height: float
    boxes: Mapping[str, Rect]
    frames: Mapping[str, Rect]
    lines: tuple[Line, ...]


Size = Callable[[str], tuple[float, float]]
"""Width and height that a box needs, by its key; of a frame only the width counts, for its title."""


def layout(graph: Graph, size: Size) -> Layout:
    """The picture of a graph; the same graph always has the same."""
    heights = {box.key: size(box.key)[1] for box in graph.boxes}
    found = places(graph)
    sort(found, heights)
    tops = _tops(found, heights)
    across = _across(found, size)
    frames, boxes, lanes = _rects(found, heights, tops, across)
    lines = tuple(_lines(found, {**frames, **boxes}, lanes, across))
    bottom = max((*(rect.bottom for rect in (*frames.values(), *boxes.values())), *lanes.values()), default=0.0)
    right = max((rect.right for rect in (*frames.values(), *boxes.values())), default=0.0)
    return Layout(right + MARGIN, bottom + MARGIN, boxes, frames, lines)


@dataclass(frozen=True)
class _Column:
    """Left and right end, and those of each row of boxes."""

    left: float
    right: float
    rows: tuple[tuple[float, float], ...]


def _across(found: Places, size: Size) -> list[_Column]:
    """All boxes of a row are equally wide, in whichever frame they are."""
    x = MARGIN
    columns: list[_Column] = []
    busy = Counter(column for way in found.ways for column in _passed(way, found))
    for number, column in enumerate(found.columns):
        depth = max((len(unit.rows) for unit in column), default=1)
        widths = [
            max((size(item)[0] for unit in column for item in _boxes(unit, row)), default=0.0) for row in range(depth)
        ]
        titles = [size(unit.key)[0] - PAD * 2 for unit in column if unit.framed and len(unit.rows) == 1]
        widths[0] = max([widths[0], *titles])
        rows: list[tuple[float, float]] = []
        left = x
        x += PAD
        for width in widths:
            rows.append((x, x + width))
            x += width + ROWS
        right = x - ROWS + PAD
        columns.append(_Column(left, right, tuple(rows)))
        x = right + min(MOST, COLUMNS + WIDER * busy[number])
    return columns


def _passed(way: Way, found: Places) -> range:
    """The columns behind each of which a way passes a gap."""
    return range(found.column_of[str(way.items[0])], found.column_of[str(way.items[-1])])


def _boxes(unit: Unit, row: int) -> list[str]:
    return [item for item in unit.rows[row] if isinstance(item, str)] if row < len(unit.rows) else []


def _tops(found: Places, heights: Mapping[str, float]) -> dict[int, float]:
    """The top of each unit, by its identity: as near as possible to the middle of what it is joined to."""
    left, right = neighbours(found.ways)
    inner = {id(unit): within(unit, heights) for column in found.columns for unit in column}
    tops: dict[int, float] = {}
    levels: dict[Item, float] = {}

    def put(column: list[Unit], centres: list[float]) -> None:
        for unit, centre in zip(column, centres, strict=True):
            tops[id(unit)] = centre - unit_height(unit, heights) / 2
            levels.update({item: tops[id(unit)] + middle for item, middle in inner[id(unit)].items()})

    def wanted(unit: Unit) -> tuple[float, float]:
        """Where its middle should be, and how many arrows say so."""
        pulls = [
            levels[other] - levels[item]
            for item in inner[id(unit)]
            for side in (left, right)
            for other in side.get(item, ())
            if other not in inner[id(unit)]
        ]
        middle = tops[id(unit)] + unit_height(unit, heights) / 2
        return (middle + sum(pulls) / len(pulls), float(len(pulls))) if pulls else (middle, 1e-6)

    for column in found.columns:
        sizes = [unit_height(unit, heights) for unit in column]
        put(column, spread([0.0] * len(column), [1.0] * len(column), sizes, UNITS))
    for turn in range(ROUNDS):
        for column in found.columns if turn % 2 else found.columns[::-1]:
            sizes = [unit_height(unit, heights) for unit in column]
            goals = [wanted(unit) for unit in column]
            put(column, spread([goal for goal, _ in goals], [weight for _, weight in goals], sizes, UNITS))
    highest = min(tops.values(), default=0.0)
    return {unit: top - highest + MARGIN for unit, top in tops.items()}


def _rects(
    found: Places, heights: Mapping[str, float], tops: Mapping[int, float], across: list[_Column]
) -> tuple[dict[str, Rect], dict[str, Rect], dict[Lane, float]]:
    """Frames, boxes, and the heights of lanes."""
    frames: dict[str, Rect] = {}
    boxes: dict[str, Rect] = {}
    lanes: dict[Lane, float] = {}
    for column, ends in zip(found.columns, across, strict=True):
        for unit in column:
            top = tops[id(unit)]
            if unit.framed:
                right = ends.rows[max(0, len(unit.rows) - 1)][1] + PAD
                frames[unit.key] = Rect(ends.left, top, right - ends.left, unit_height(unit, heights))
            for item, middle in within(unit, heights).items():
                if isinstance(item, Lane):
                    lanes[item] = top + middle
                elif item in heights:
                    left, right = ends.rows[found.row_of[item]]
                    boxes[item] = Rect(left, top + middle - height(item, heights) / 2, right - left, heights[item])
    return frames, boxes, lanes


def _lines(found: Places, rects: Mapping[str, Rect], lanes: Mapping[Lane, float], across: list[_Column]) -> list[Line]:
    starts = _ports(found, rects, lanes, end=0)
    ends = _ports(found, rects, lanes, end=-1)
    lines = []
    for number, way in enumerate(found.ways):
        source, target = str(way.items[0]), str(way.items[-1])
        begin, finish = across[found.column_of[source]], across[found.column_of[target]]
        inner = found.unit_of[source] is found.unit_of[target]
        last_row = found.row_of.get(source, 0) == len(found.unit_of[source].rows) - 1 or source not in found.row_of
        out = begin.right if not inner and last_row else rects[source].right
        stretches = [(rects[source].right, out, starts[number])]
        for lane in way.items[1:-1]:
            if isinstance(lane, Lane):
                stretches.append((*_extent(lane, across[lane.column], found, inner), lanes[lane]))
        first_row = found.row_of.get(target, 0) == 0
        into = finish.left if not inner and first_row else rects[target].x
        stretches.append((into, rects[target].x, ends[number]))
        lines.append(Line(way.edge, tuple(stretches), way.turned))
    return lines


def _extent(lane: Lane, column: _Column, found: Places, inner: bool) -> tuple[float, float]:
    """From where to where a lane goes: one on the edge of its unit also through the rest of the column."""
    if not lane.unit:
        return column.left, column.right
    left, right = column.rows[lane.row]
    if inner:
        return left, right
    leaves = lane.row == len(found.unit_of[lane.unit].rows) - 1 and found.column_of[lane.target] != lane.column
    enters = lane.row == 0 and found.column_of[lane.target] == lane.column
    return column.left if enters else left, column.right if leaves else right


def _ports(found: Places, rects: Mapping[str, Rect], lanes: Mapping[Lane, float], end: int) -> list[float]:
    """The height at which each way begins or ends. Those of one kind meet in a point: that go the same way, to one unit.

    The points of a side stand in the order of where their ways come from or go to.
    """

    def far(way: Way) -> float:
        other = way.items[1] if end == 0 else way.items[-2]
        return lanes[other] if isinstance(other, Lane) else rects[other].middle

    sides: dict[Item, dict[tuple[str, bool, bool], list[int]]] = {}
    for number, way in enumerate(found.ways):
        kind = (found.unit_of[str(way.items[-1])].key, way.edge.forward, way.edge.backward)
        sides.setdefault(way.items[end], {}).setdefault(kind, []).append(number)
    heights = [0.0] * len(found.ways)
    for item, kinds in sides.items():
        rect = rects[str(item)]
        step = min(STEP, (rect.height - LANE) / max(1, len(kinds) - 1))
        alike = sorted(kinds.values(), key=lambda numbers: sum(far(found.ways[it]) for it in numbers) / len(numbers))
        for place, numbers in enumerate(alike):
            for number in numbers:
                heights[number] = rect.middle + (place - (len(alike) - 1) / 2) * step
    return heights
