"""What stands where in a picture before it has coordinates: columns of units, a unit being a frame with its boxes, or a box
alone, and lanes between them, through which long arrows pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from delivery.graph import Graph
from delivery.graph_edges import Edge
from delivery.graph_order import forward, layers


@dataclass(frozen=True)
class Lane:
    """A free strip for arrows to one target: through a column, or through a row of boxes of a unit."""

    target: str
    column: int
    unit: str = ""
    row: int = -1


Item = str | Lane
"""A box or frame by its key, or a lane."""


@dataclass
class Unit:
    """`rows` are the boxes side by side from left to right, each from top to bottom. A lane through a column has none."""

    key: str
    framed: bool
    rows: list[list[Item]]
    lane: Lane | None = None


@dataclass(frozen=True)
class Way:
    """An arrow from left to right: where it begins, the lanes that it passes, where it ends. `turned` if it points left."""

    edge: Edge
    items: tuple[Item, ...]
    turned: bool


@dataclass
class Places:
    """The columns from left to right, and the ways between what is in them."""

    columns: list[list[Unit]]
    ways: list[Way]
    column_of: dict[str, int] = field(default_factory=dict)
    unit_of: dict[str, Unit] = field(default_factory=dict)
    row_of: dict[str, int] = field(default_factory=dict)


def places(graph: Graph) -> Places:
    """Columns, rows and lanes; units with nothing to do with any other stand in the columns with the fewest boxes."""
    units = _units(graph)
    home = {item: unit.key for unit in units for row in unit.rows for item in row if isinstance(item, str)}
    home |= {unit.key: unit.key for unit in units}
    between: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        pair = (home[edge.source], home[edge.target])
        if pair[0] != pair[1]:
            between[pair] = between.get(pair, 0) + 1
    keys = [unit.key for unit in units]
    order = forward(keys, between)
    straight = {pair if order[pair[0]] < order[pair[1]] else (pair[1], pair[0]) for pair in between}
    joined = {key for pair in straight for key in pair}
    column_of = layers([key for key in keys if key in joined], sorted(straight))
    found = Places(columns=[[] for _ in range(1 + max(column_of.values(), default=0))], ways=[])
    for unit in units:
        if unit.key in joined:
            found.columns[column_of[unit.key]].append(unit)
    for unit in units:
        if unit.key not in joined:
            shortest = min(found.columns, key=lambda column: sum(len(row) + 1 for each in column for row in each.rows))
            shortest.append(unit)
    for number, column in enumerate(found.columns):
        for unit in column:
            _register(found, unit, number)
    _sort_rows(graph, found)
    lanes: set[Lane] = set()
    for edge in graph.edges:
        way = _way(edge, found)
        found.ways.append(way)
        for lane in way.items:
            if isinstance(lane, Lane) and lane not in lanes:
                lanes.add(lane)
                _open(found, lane)
    return found


def _units(graph: Graph) -> list[Unit]:
    framed = [Unit(frame.key, True, [[box.key for box in graph.inside(frame.key)]]) for frame in graph.frames]
    alone = [Unit(box.key, False, [[box.key]]) for box in graph.boxes if not box.frame]
    return [*framed, *alone]


def _register(found: Places, unit: Unit, column: int) -> None:
    for item in (unit.key, *(item for row in unit.rows for item in row if isinstance(item, str))):
        found.column_of[item] = column
        found.unit_of[item] = unit
    found.row_of |= {item: 0 for row in unit.rows for item in row if isinstance(item, str)}


def _sort_rows(graph: Graph, found: Places) -> None:
    """Boxes of a frame that use others in it stand left of those."""
    for column in found.columns:
        for unit in column:
            members = [item for item in unit.rows[0] if isinstance(item, str)]
            inner = {
                (edge.source, edge.target): 1
                for edge in graph.edges
                if edge.source in members and edge.target in members
            }
            order = forward(members, inner)
            level = layers(members, sorted((a, b) if order[a] < order[b] else (b, a) for a, b in inner))
            unit.rows = [
                [item for item in members if level[item] == row] for row in range(1 + max(level.values(), default=0))
            ]
            found.row_of |= level


def _way(edge: Edge, found: Places) -> Way:
    """The lanes of an arrow; those of arrows to the same target are shared."""
    source, target = edge.source, edge.target

    def place(key: str) -> tuple[int, int]:
        return found.column_of[key], found.row_of.get(key, 0)

    turned = place(source) > place(target)
    if turned:
        source, target = target, source
    first, last = found.unit_of[source], found.unit_of[target]
    lanes: list[Lane] = []
    if first is last:
        rows = range(found.row_of.get(source, 0) + 1, found.row_of.get(target, 0))
        lanes += [Lane(target, found.column_of[source], first.key, row) for row in rows]
    else:
        if source in found.row_of:
            rows = range(found.row_of[source] + 1, len(first.rows))
            lanes += [Lane(target, found.column_of[source], first.key, row) for row in rows]
        lanes += [Lane(target, column) for column in range(found.column_of[source] + 1, found.column_of[target])]
        lanes += [Lane(target, found.column_of[target], last.key, row) for row in range(found.row_of.get(target, 0))]
    return Way(edge, (source, *lanes, target), turned)


def _open(found: Places, lane: Lane) -> None:
    if lane.unit:
        found.unit_of[lane.unit].rows[lane.row].append(lane)
    else:
        found.columns[lane.column].append(Unit(f"lane {lane.column} {lane.target}", False, [], lane))


def neighbours(ways: Iterable[Way]) -> tuple[Mapping[Item, Sequence[Item]], Mapping[Item, Sequence[Item]]]:
    """What each item is joined to on its left and on its right."""
    left: dict[Item, list[Item]] = {}
    right: dict[Item, list[Item]] = {}
    for way in ways:
        for before, after in pairwise(way.items):
            right.setdefault(before, []).append(after)
            left.setdefault(after, []).append(before)
    return left, right
