"""The order of what stands below each other: sorted to and fro by barycentres, as long as it makes fewer arrows cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from delivery.graph_order import crossings
from delivery.graph_places import Item, Lane, Places, Unit, neighbours

SWEEPS = 12
"""The order hardly improves after half a dozen."""

GAP = 10.0
"""Between boxes of a frame, in pixels."""
UNITS = 24.0
"""Between frames."""
PAD = 14.0
HEAD = 36.0
"""Within a frame: around its boxes, and above them for its title."""
LANE = 12.0

Sides = tuple[Mapping[Item, Sequence[Item]], Mapping[Item, Sequence[Item]]]


def height(item: Item, heights: Mapping[str, float]) -> float:
    """Of a box or of a lane."""
    return LANE if isinstance(item, Lane) else heights[item]


def row_height(row: Sequence[Item], heights: Mapping[str, float]) -> float:
    """Of boxes and lanes below each other."""
    return sum(height(item, heights) for item in row) + GAP * max(0, len(row) - 1)


def unit_height(unit: Unit, heights: Mapping[str, float]) -> float:
    """Of a frame with its boxes, of a box, or of a lane."""
    if unit.lane:
        return LANE
    inner = max((row_height(row, heights) for row in unit.rows), default=0.0)
    return inner + (HEAD + PAD if unit.framed else 0.0)


def within(unit: Unit, heights: Mapping[str, float]) -> dict[Item, float]:
    """The middle of each item of a unit, from the top of the unit; rows are centred."""
    whole = unit_height(unit, heights)
    found: dict[Item, float] = {unit.lane or unit.key: whole / 2}
    top, room = (HEAD, whole - HEAD - PAD) if unit.framed else (0.0, whole)
    for row in unit.rows:
        y = top + (room - row_height(row, heights)) / 2
        for item in row:
            found[item] = y + height(item, heights) / 2
            y += height(item, heights) + GAP
    return found


def sort(found: Places, heights: Mapping[str, float]) -> None:
    """Puts the columns of `found` into the order with the fewest crossings that the sweeps come by."""
    left, right = neighbours(found.ways)
    levels: dict[Item, float] = {}
    for column in found.columns:
        levels |= _levels(column, heights)
    best, fewest = _order(found.columns), _count(found, levels)
    for sweep in range(SWEEPS):
        rightward = sweep % 2 == 0
        for column in found.columns if rightward else found.columns[::-1]:
            _sort_column(column, levels, (left, right) if rightward else (right, left))
            levels |= _levels(column, heights)
        count = _count(found, levels)
        if count < fewest:
            best, fewest = _order(found.columns), count
    for column, (units, rows) in zip(found.columns, best, strict=True):
        column[:] = units
        for unit, order in zip(units, rows, strict=True):
            unit.rows = [list(row) for row in order]


def _order(columns: Sequence[Sequence[Unit]]) -> list[tuple[list[Unit], list[list[list[Item]]]]]:
    return [(list(column), [[list(row) for row in unit.rows] for unit in column]) for column in columns]


def _levels(column: Sequence[Unit], heights: Mapping[str, float]) -> dict[Item, float]:
    """The middle of everything in a column whose units stand close, as far from the middle of the column."""
    whole = sum(unit_height(unit, heights) for unit in column) + UNITS * max(0, len(column) - 1)
    found: dict[Item, float] = {}
    y = -whole / 2
    for unit in column:
        found |= {item: y + middle for item, middle in within(unit, heights).items()}
        y += unit_height(unit, heights) + UNITS
    return found


def _sort_column(column: list[Unit], levels: Mapping[Item, float], sides: Sides) -> None:
    """By what is on the first side; by the other where nothing is there. What is joined to nothing stays behind."""

    def centre(item: Item) -> float:
        near = next(filter(None, (side.get(item) for side in sides)), ())
        return sum(levels[other] for other in near) / len(near) if near else levels[item]

    def middle(unit: Unit) -> tuple[bool, float]:
        items = [unit.lane or unit.key, *(item for row in unit.rows for item in row)]
        joined = [item for item in items if any(item in side for side in sides)]
        return not joined, sum(map(centre, joined)) / len(joined) if joined else 0.0

    for unit in column:
        for row in unit.rows:
            row.sort(key=centre)
    column.sort(key=middle)


def _count(found: Places, levels: Mapping[Item, float]) -> int:
    """Crossings between all pairs of neighbouring columns, rows of boxes counting as columns."""
    lines: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for way in found.ways:
        for before, after in pairwise(way.items):
            lines.setdefault(_gap(found, after), []).append((levels[before], levels[after]))
    return sum(crossings(each) for each in lines.values())


def _gap(found: Places, after: Item) -> tuple[int, int]:
    """Which gap an arrow passes that comes to an item: the one on the item's left."""
    if isinstance(after, Lane):
        return after.column, max(after.row, 0)
    return found.column_of[after], found.row_of.get(after, 0)
