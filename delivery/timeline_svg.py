"""A timeline as an SVG Gantt chart."""

import re
from collections.abc import Iterator
from html import escape
from itertools import pairwise

from delivery.durations import Timed, spoken
from delivery.svg_sheet import measured, number, sheet, shortened, words
from delivery.timeline import Row, Timeline

NAMES, CHART = 250.0, 860.0
"""How wide the names and the chart are, in pixels."""
AFTER = 110.0
TOP, ROW, MARGIN = 78.0, 24.0, 16.0
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds that lines may be apart; there are at most LINES of them."""
LINES = 10

_STYLES = (
    ".stack{font-weight:700;font-size:20px}",
    ".grid{stroke:var(--edge);stroke-opacity:.6}",
    ".wait{fill:var(--accent);fill-opacity:.16}",
    ".work{fill:var(--accent);fill-opacity:.65}",
    ".critical{fill:var(--red)}",
    ".way{fill:none;stroke:var(--red);stroke-width:1.5}",
)


def svg(timeline: Timeline, prefix: str = "") -> str:
    """A picture that stands alone or in a page. `prefix` begins its ids; a page that has the same timeline twice gives two."""
    prefix = prefix or "timeline-" + re.sub(r"[^a-zA-Z0-9-]", "-", timeline.stack)
    bottom = TOP + ROW * len(timeline.rows)
    places = {row.key: place for place, row in enumerate(timeline.rows)}
    body = [
        words(MARGIN, 30, timeline.title, "stack"),
        words(MARGIN, 50, f"about {spoken(timeline.seconds)} on Google Cloud", "muted"),
        *_grid(timeline.seconds, bottom),
        *(line for row in timeline.rows for line in _row(row, places[row.key], timeline.seconds)),
        *_way(timeline),
        *_legend(bottom + 24),
    ]
    width = MARGIN + NAMES + CHART + AFTER
    return sheet(prefix, width, bottom + 40, timeline.title, told(timeline), _STYLES, body)


def told(timeline: Timeline) -> str:
    """What the picture shows, for who does not see it."""
    if not timeline.rows:
        return "Nothing takes any time."
    steps = ", then ".join(f"{_named(each)} {spoken(each.seconds)}" for each in timeline.path)
    return f"About {spoken(timeline.seconds)}. The critical path: {steps}."


def _named(each: Timed) -> str:
    return f"{each.operation} {each.step.type.rpartition(':')[2]} {each.step.name}"


def _x(moment: float, seconds: float) -> float:
    return MARGIN + NAMES + (CHART * moment / seconds if seconds else 0.0)


def _y(place: int) -> float:
    return TOP + ROW * place


def _grid(seconds: float, bottom: float) -> Iterator[str]:
    apart = next((tick for tick in TICKS if seconds / tick <= LINES), TICKS[-1])
    for tick in range(0, int(seconds) + 1, apart):
        x = number(_x(tick, seconds))
        yield f'<path class="grid" d="M{x} {number(TOP - 4)}V{number(bottom)}"/>'
        yield words(_x(tick, seconds), TOP - 10, spoken(tick), "muted", "middle")


def _row(row: Row, place: int, seconds: float) -> Iterator[str]:
    """A pale bar from begin to end, on it what is at work, on that what the end waits for."""
    y = _y(place)
    title = shortened(row.title, 13, NAMES - 20, bold=True)
    taken = measured(title, 13, bold=True) + 8
    room = NAMES - 12 - taken
    label = shortened(row.label, 11.5, room) if row.label and room > 24 else ""
    steps = [f"{_named(each)}: {spoken(each.seconds)}" for each in row.critical]
    hint = chr(10).join([f"{row.title}: {spoken(row.begin)} to {spoken(row.end)}", *steps])
    yield f'<g class="blue"><title>{escape(hint)}</title>'
    yield words(MARGIN, y + 16, title, "name")
    if label:
        yield words(MARGIN + taken, y + 16, label, "muted")
    yield _bar("wait", row.begin, row.end, y + 9, 6, seconds)
    yield from (_bar("work", begin, end, y + 5, 14, seconds) for begin, end in row.stretches)
    yield from (_bar("critical", each.begin, each.end, y + 5, 14, seconds) for each in row.critical)
    yield words(_x(row.end, seconds) + 8, y + 16, spoken(row.end - row.begin), "muted")
    yield "</g>"


def _bar(style: str, begin: float, end: float, y: float, height: float, seconds: float) -> str:
    left = _x(begin, seconds)
    width = max(1.5, _x(end, seconds) - left)
    return f'<rect class="{style}" x="{number(left)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" rx="2"/>'


def _way(timeline: Timeline) -> Iterator[str]:
    """From each step of the critical path down or up to the next."""
    rows = {id(each): _y(place) + 12 for place, row in enumerate(timeline.rows) for each in row.critical}
    points = [(_x(each.begin, timeline.seconds), rows[id(each)]) for each in timeline.path]
    for (_, above), (x, below) in pairwise(points):
        if above != below:
            yield f'<path class="way" d="M{number(x)} {number(above)}V{number(below)}"/>'


def _legend(y: float) -> Iterator[str]:
    x = MARGIN
    for style, text in (
        ("work", "at work"),
        ("wait", "waiting in between"),
        ("critical", "critical path: the end waits for it"),
    ):
        yield f'<g class="blue"><rect class="{style}" x="{number(x)}" y="{number(y - 7)}" width="22" height="8" rx="2"/></g>'
        yield words(x + 30, y + 1, text, "muted")
        x += 30 + measured(text, 11.5) + 20
