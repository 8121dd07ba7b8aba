"""The picture of a stack as SVG."""

import re
from collections.abc import Iterator, Mapping
from html import escape

from delivery.graph import Box, Graph
from delivery.graph_edges import Edge
from delivery.graph_kinds import BOTH, PUBLISHES, RECEIVES
from delivery.graph_layout import Line, Rect, layout
from delivery.svg_sheet import measured, number, sheet, shortened, words

ACCENTS: Mapping[str, str] = {
    "entry": "teal",
    "builds": "blue",
    "cluster": "blue",
    "run": "blue",
    "messaging": "violet",
    "data": "green",
    "secrets": "amber",
    "images": "green",
}
"""Frame -> colour of what is in it and of the arrows that go there; all others are grey."""

SYMBOLS: Mapping[str, str] = {
    "workload": "M8 1 14 4.5V11.5L8 15 2 11.5V4.5ZM2 4.5 8 8 14 4.5M8 8V15",
    "database": "M2 4C2 1.3 14 1.3 14 4V12C14 14.7 2 14.7 2 12ZM2 4C2 6.7 14 6.7 14 4",
    "topic": "M2 4H14V12H2ZM2 4 8 9 14 4",
    "gateway": "M2 15V7C2-1 14-1 14 7V15M5 10H13M10 7 13 10 10 13",
    "secret": "M6 8A2.6 2.6 0 1 0 .9 8 2.6 2.6 0 1 0 6 8ZM6 8H15V11.5M12 8V10.5",
    "bucket": "M2 3H14L12.5 14H3.5ZM2.6 7H13.4",
    "network": "M8 1V5M8 5H3V10M8 5H13V10M1 10H5V14H1ZM11 10H15V14H11Z",
    "alerts": "M3 12C5 10 4 3 8 3 12 3 11 10 13 12ZM6.5 14.5H9.5",
    "migration": "M2 8H13M9 4 13 8 9 12",
    "trigger": "M9 1 3 9H7L6 15 13 6H9Z",
    "registry": "M2 2H14V14H2ZM2 6H14M2 10H14",
    "people": "M8 8A3 3 0 1 0 8 1.9 3 3 0 1 0 8 8ZM2 15C2 8.5 14 8.5 14 15",
    "stack": "M8 2 15 5.5 8 9 1 5.5ZM1 9 8 12.5 15 9",
}
"""Strokes in a square of 16 by 16."""
_ALIKE = {
    "Cloud Run": "workload",
    "database instance": "database",
    "cache": "database",
    "keys": "secret",
    "routes": "gateway",
    "DNS zone": "gateway",
    "uptime check": "alerts",
    "dashboard": "alerts",
    "service agent": "people",
    "attestor": "secret",
    "webhook": "trigger",
}

NAME, NOTE = 13.0, 11.5
"""Sizes of text, in pixels."""
WIDEST = 300.0
LEFT = 34.0
"""Of a box: its text begins behind the symbol."""
TOP, LEGEND = 36.0, 34.0
"""What is above and below the boxes."""

_STYLES = (
    ".stack{font-weight:700;font-size:20px}",
    ".frame{fill:var(--accent);fill-opacity:.07;stroke:var(--accent);stroke-opacity:.45}",
    ".box{fill:var(--box);stroke:var(--edge)}",
    ".borrowed{stroke-dasharray:5 4;stroke:var(--muted)}",
    ".symbol{fill:none;stroke:var(--accent);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}",
    ".arrow{fill:none;stroke:var(--accent);stroke-width:1.3;stroke-opacity:.75}",
    ".tip{fill:var(--accent)}",
    ".title{fill:var(--accent)}",
    ".arrow:hover{stroke-width:3;stroke-opacity:1}",
)


def svg(graph: Graph, prefix: str = "") -> str:
    """A picture that stands alone or in a page. `prefix` begins its ids; a page that has the same stack twice gives two."""
    prefix = prefix or "graph-" + re.sub(r"[^a-zA-Z0-9-]", "-", graph.stack)
    texts = {box.key: _subtitle(box, graph) for box in graph.boxes}
    named = graph.named

    def size(key: str) -> tuple[float, float]:
        box = named[key]
        if key not in texts:
            return measured(box.title, 14, bold=True) + measured(box.note, NOTE) + 50, 0.0
        count = len(box.resources)
        name = measured(box.title, NAME, bold=True) + (measured(str(count), NOTE) + 14 if count else 0)
        wide = LEFT + max(name, measured(texts[key], NOTE)) + 12
        return min(WIDEST, wide), 44.0 if texts[key] else 30.0

    found = layout(graph, size)
    legend, wide = _legend(graph, found.height + 14, prefix)
    width = max(found.width, wide)
    numbers = {key: place for place, key in enumerate(named)}
    total = sum(len(box.resources) for box in named.values())
    body = [
        *_markers(prefix),
        words(16, 28, graph.stack, "stack"),
        words(16 + measured(graph.stack, 20, bold=True) + 12, 28, f"{total} resources", "muted"),
        f'<g transform="translate(0 {number(TOP)})">',
        *(_frame(frame, found.frames[frame.key]) for frame in graph.frames),
        *(_arrow(line, graph, prefix, numbers) for line in found.lines),
        *(_box(box, found.boxes[box.key], texts[box.key], numbers[box.key]) for box in graph.boxes),
        *legend,
        "</g>",
    ]
    height = TOP + found.height + LEGEND
    return sheet(prefix, width, height, f"Stack {graph.stack}", told(graph), (*_STYLES, *_lit(numbers)), body)


def told(graph: Graph) -> str:
    """What the picture shows, for who does not see it."""
    parts = []
    for frame in graph.frames:
        names = ", ".join(box.title for box in graph.inside(frame.key))
        note = f" ({frame.note})" if frame.note else ""
        parts.append(f"{frame.title}{note}: {names or 'nothing in it'}.")
    if alone := [box.title for box in graph.boxes if not box.frame]:
        parts.append(f"Beside them: {', '.join(alone)}.")
    named = graph.named
    uses = [_said(edge, named) for edge in graph.edges]
    return " ".join([*parts, *(f"{each}." for each in uses)])


def _said(edge: Edge, named: Mapping[str, Box]) -> str:
    return f"{named[edge.source].title} {edge.meaning or 'uses'} {named[edge.target].title}"


def _subtitle(box: Box, graph: Graph) -> str:
    """The note, or what the box is where the others in its frame are something else."""
    alike = {other.label for other in graph.inside(box.frame)} if box.frame else set()
    told_already = alike == {box.label} or box.title.startswith(box.label)
    return box.note or ("" if told_already else box.label)


def _accent(frame: str) -> str:
    return ACCENTS.get(frame, "grey")


def _colour(edge: Edge, graph: Graph) -> str:
    """An arrow has the colour of what it goes to."""
    target = graph.named[edge.target]
    return _accent(target.frame or target.key)


def _frame(frame: Box, rect: Rect) -> str:
    borrowed = " borrowed" if frame.borrowed else ""
    head = words(rect.x + 14, rect.y + 23, frame.title, "head title")
    room = rect.width - measured(frame.title, 14, bold=True) - 34
    note = shortened(frame.note, NOTE, room) if frame.note else ""
    behind = words(rect.right - 14, rect.y + 23, note, "muted", "end") if note else ""
    return f'<g class="{_accent(frame.key)}">{_hint(frame)}{_rect(rect, "frame" + borrowed, 10)}{head}{behind}</g>'


def _box(box: Box, rect: Rect, text: str, place: int) -> str:
    count = str(len(box.resources)) if box.resources else ""
    room = rect.width - LEFT - 10
    name = shortened(box.title, NAME, room - (measured(count, NOTE) + 10 if count else 0), bold=True)
    middle = rect.middle
    inside = [
        _hint(box),
        _rect(rect, "box borrowed" if box.borrowed else "box", 6),
        _symbol(box.label, rect.x + 10, middle - 8),
        words(rect.x + LEFT, middle - 3 if text else middle + 4.5, name, "name"),
    ]
    if text:
        inside.append(words(rect.x + LEFT, middle + 13, shortened(text, NOTE, room), "muted"))
    if count:
        inside.append(words(rect.right - 9, middle - 3 if text else middle + 4.5, count, "muted", "end"))
    return f'<g class="{_accent(box.frame)} n{place}">{"".join(inside)}</g>'


def _hint(box: Box) -> str:
    """What a pointer that rests on it is told: everything that is folded into it."""
    kinds = [f"{count} {kind}" if count > 1 else kind for kind, count in box.kinds.items()]
    lines = [f"{box.label} {box.title}" if box.label else box.title, *([box.note] if box.note else [])]
    lines += [", ".join(kinds)] if kinds else []
    lines += [f"with {part}" for part in box.parts]
    return f"<title>{escape(chr(10).join(lines))}</title>"


def _rect(rect: Rect, style: str, radius: int) -> str:
    x, y, width, height = (number(each) for each in (rect.x, rect.y, rect.width, rect.height))
    return f'<rect class="{style}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>'


def _symbol(label: str, x: float, y: float) -> str:
    path = SYMBOLS.get(_ALIKE.get(label, label))
    if path is None:
        return f'<circle class="symbol" cx="{number(x + 8)}" cy="{number(y + 8)}" r="5"/>'
    return f'<path class="symbol" transform="translate({number(x)} {number(y)})" d="{path}"/>'


def _markers(prefix: str) -> Iterator[str]:
    yield "<defs>"
    for accent in dict.fromkeys((*ACCENTS.values(), "grey")):
        yield (
            f'<marker id="{prefix}-{accent}" class="{accent}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 .8 8 4 0 7.2Z"/></marker>'
        )
    yield "</defs>"


def _arrow(line: Line, graph: Graph, prefix: str, numbers: Mapping[str, int]) -> str:
    edge, colour = line.edge, _colour(line.edge, graph)
    at_end, at_start = (edge.backward, edge.forward) if line.turned else (edge.forward, edge.backward)
    tips = "".join(
        f' marker-{name}="url(#{prefix}-{colour})"' for name, there in (("start", at_start), ("end", at_end)) if there
    )
    ends = f"n{numbers[edge.source]} n{numbers[edge.target]}"
    said = escape(_said(edge, graph.named))
    return f'<path class="arrow {colour} {ends}" d="{_path(line)}"{tips}><title>{said}</title></path>'


def _path(line: Line) -> str:
    """Level stretches, with a curve from each to the next."""
    left, right, y = line.stretches[0]
    parts = [f"M{number(left)} {number(y)}"]
    for place, (left, right, y) in enumerate(line.stretches):
        if place:
            before = line.stretches[place - 1]
            bend = (left - before[1]) / 2
            parts.append(
                f"C{number(before[1] + bend)} {number(before[2])} {number(left - bend)} {number(y)} {number(left)} {number(y)}"
            )
        if right > left:
            parts.append(f"H{number(right)}")
    return "".join(parts)


def _lit(numbers: Mapping[str, int]) -> Iterator[str]:
    """Where a pointer rests on a box, only its arrows stay."""
    for place in numbers.values():
        yield f":has(g.n{place}:hover) .arrow:not(.n{place}){{opacity:.1}}"


def _legend(graph: Graph, y: float, prefix: str) -> tuple[list[str], float]:
    """What the colours of arrows mean, and how wide that is."""
    verbs: dict[str, set[str]] = {}
    for edge in graph.edges:
        said = (PUBLISHES, RECEIVES) if edge.meaning == BOTH else (edge.meaning or "uses",)
        verbs.setdefault(_colour(edge, graph), set()).update(said)
    lines: list[str] = []
    x = 16.0
    for colour, said in sorted(verbs.items()):
        text = ", ".join(sorted(said))
        lines.append(
            f'<path class="arrow {colour}" d="M{number(x)} {number(y)}h26" marker-end="url(#{prefix}-{colour})"/>'
        )
        lines.append(words(x + 34, y + 4, text, "muted"))
        x += 34 + measured(text, NOTE) + 22
    if any(box.resources for box in graph.boxes):
        text = "12: so many resources make up a box"
        lines.append(words(x, y + 4, text, "muted"))
        x += measured(text, NOTE) + 22
    return lines, x
