"""A timeline as a Mermaid Gantt chart: https://mermaid.js.org/syntax/gantt.html"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from delivery.durations import spoken
from delivery.timeline import Timeline

_START = datetime(2000, 1, 1)
"""Midnight of any day: the axis shows hours and minutes since the beginning, in whichever zone it is read."""
_RESERVED = re.compile(r"[:;#,\n]")


def mermaid(timeline: Timeline) -> str:
    """The whole document: the critical path as a section of its own, then everything."""
    return "\n".join(_lines(timeline)) + "\n"


def _lines(timeline: Timeline) -> Iterator[str]:
    yield "gantt"
    yield f"  title {_plain(timeline.title)} - {spoken(timeline.seconds)}"
    yield "  dateFormat YYYY-MM-DD HH:mm:ss"
    yield "  axisFormat %H:%M"
    if timeline.path:
        yield "  section Critical path"
    for each in timeline.path:
        name = f"{each.operation} {each.step.type.rpartition(':')[2]} {each.step.name}"
        yield f"  {_plain(name)} :crit, {_span(each.begin, each.end)}"
    if timeline.rows:
        yield "  section All"
    for row in timeline.rows:
        mark = "crit, " if row.critical else ""
        yield f"  {_plain(f'{row.title} {row.label}'.strip())} :{mark}{_span(row.begin, row.end)}"


def _span(begin: float, end: float) -> str:
    """At least a second: the format knows nothing smaller."""
    first = round(begin)
    last = max(first + 1, round(end))
    return f"{_START + timedelta(seconds=first)}, {_START + timedelta(seconds=last)}"


def _plain(text: str) -> str:
    """The grammar ends names at some characters, and has no way to write those in them."""
    return _RESERVED.sub(" ", text)
