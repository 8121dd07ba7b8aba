"""The release timeline: a picture of which release ran where and when, and the releases as a table."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from delivery import history, release_entries
from delivery.ledger import Entry
from delivery.report_page.content import Content
from delivery.report_page.markup import Markup, clipped, element
from delivery.report_page.tables import Cell, Column, Table, rendered
from delivery.report_page.timeline import Hold, Lane, Stay, Timeline, timeline

WIDTH, LEFT, RIGHT, LANE, TOP = 1000, 84, 12, 46, 26
HUES = 6
LETTER = 6.6
"""Pixels that a letter of a bar's label takes."""
_STEPS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 180, 360, 720)] + [
    timedelta(days=days) for days in (1, 2, 7, 14, 30, 91, 182, 365, 730, 1825, 3650)
]


def section(content: Content) -> list[Markup]:
    """Picture and table."""
    found = timeline(content.histories, content.now)
    picture = _picture(found) if found else element("p", "Nothing was released yet.", class_="empty")
    return [picture, rendered(_table(content))]


def _picture(found: Timeline) -> Markup:
    height = TOP + LANE * len(found.lanes) + 8
    hues = {release: number % HUES for number, release in enumerate(found.releases)}
    drawn = [
        element("title", "Which release ran where, from when to when"),
        element("desc", _told(found)),
        list(_axis(found, height)),
        [_lane(found, lane, TOP + LANE * row, hues) for row, lane in enumerate(found.lanes)],
    ]
    picture = element("svg", drawn, viewBox=f"0 0 {WIDTH} {height}", role="img", class_="timeline")
    legend = [
        element("span", element("b", "✕"), " a deployment that failed"),
        element("span", element("b", "↩"), " came by a rollback"),
        element("span", element("i", class_="held"), " on hold"),
    ]
    return element(
        "figure",
        element("div", picture, class_="scroll", tabindex="0", role="region", aria_label="Release timeline"),
        element("figcaption", legend),
    )


def _told(found: Timeline) -> str:
    """The picture for who cannot see it."""
    now = ((lane.stack, lane.stays[-1].release if lane.stays else "nothing") for lane in found.lanes)
    return "Now: " + ", ".join(f"{stack} runs {release}" for stack, release in now)


def _at(found: Timeline, moment: datetime) -> float:
    whole = (found.end - found.begin).total_seconds() or 1.0
    share = min(1.0, max(0.0, (moment - found.begin).total_seconds() / whole))
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _axis(found: Timeline, height: int) -> Iterator[Markup]:
    span = found.end - found.begin
    step = next((step for step in _STEPS if span / step <= 8), _STEPS[-1])
    first = math.ceil(found.begin.timestamp() / step.total_seconds())
    for number in range(9):
        moment = datetime.fromtimestamp((first + number) * step.total_seconds(), UTC)
        if moment > found.end:
            break
        x = _at(found, moment)
        yield element("line", x1=x, x2=x, y1=TOP - 4, y2=height, class_="tick")
        text = f"{moment:%Y-%m-%d}" if step >= timedelta(days=1) else f"{moment:%H:%M}"
        if step < timedelta(days=1) and (number == 0 or (moment.hour, moment.minute) == (0, 0)):
            text = f"{moment:%m-%d %H:%M}"
        anchor = "end" if x > WIDTH - 70 else "middle" if x > LEFT + 40 else "start"
        yield element("text", text, x=x, y=14, text_anchor=anchor, class_="axis")


def _lane(found: Timeline, lane: Lane, y: int, hues: dict[str, int]) -> Markup:
    middle = y + LANE / 2
    return element(
        "g",
        element("text", clipped(lane.stack, 12), x=0, y=middle + 4, class_="lane"),
        element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=middle, y2=middle, class_="rail"),
        [_bar(found, stay, y, hues[stay.release]) for stay in lane.stays],
        [_held(found, hold, y) for hold in lane.holds],
        [_failed(found, failure.at, failure.release, y) for failure in lane.failures],
    )


def _bar(found: Timeline, stay: Stay, y: int, hue: int) -> Markup:
    x, end = _at(found, stay.begin), _at(found, stay.end or found.end)
    width = max(end - x, 2.0)
    back = "↩ " if stay.back else ""
    texts = (f"{back}{stay.release}", f"{back}{stay.release[-7:]}", f"{back}{stay.release[-4:]}", back.strip())
    label = next((text for text in texts if len(text) * LETTER + 10 <= width), "")
    until = f"{stay.end:%Y-%m-%d %H:%M}" if stay.end else "now"
    said = f"{stay.release}{' (rollback)' if stay.back else ''}: {stay.begin:%Y-%m-%d %H:%M} to {until} UTC"
    return element(
        "g",
        element("title", said),
        element("rect", x=x, y=y + 9, width=round(width, 1), height=LANE - 18, rx=4),
        element("text", label, x=round(x + 6, 1), y=y + LANE / 2 + 4) if label else None,
        class_=f"stay hue{hue}",
    )


def _held(found: Timeline, hold: Hold, y: int) -> Markup:
    x = _at(found, hold.begin)
    width = max(_at(found, hold.end or found.end) - x, 2.0)
    said = f"on hold from {hold.begin:%Y-%m-%d %H:%M} UTC: {clipped(hold.why, 120)}"
    return element(
        "g", element("title", said), element("rect", x=x, y=y + 3, width=round(width, 1), height=4, class_="held")
    )


def _failed(found: Timeline, at: datetime, release: str, y: int) -> Markup:
    x = _at(found, at)
    said = f"{release} failed at {at:%Y-%m-%d %H:%M} UTC"
    return element(
        "g",
        element("title", said),
        element("text", "✕", x=x, y=y + LANE / 2 + 5, text_anchor="middle", class_="failed"),
    )


def _table(content: Content) -> Table:
    recorded = {str(it.facts["id"]): it for it in content.releases if it.event == release_entries.RECORDED}
    bad = release_entries.bad(content.releases)
    reached = {stack: _reached(entries) for stack, entries in content.histories.items()}
    runs = {each.stack: each.observed.release for each in content.environments}
    rows: list[list[Cell]] = []
    for release, entry in reversed(recorded.items()):
        marked = f"marked bad: {clipped(str(bad[release].facts['why']), 120)}" if release in bad else ""
        rows.append(
            [
                release,
                entry.at[:19],
                str(entry.facts.get("commit", ""))[:12],
                clipped(str(entry.facts.get("author") or entry.who), 80),
                str(entry.facts.get("migration", "")),
                *("runs" if runs.get(stack) == release else found.get(release, "") for stack, found in reached.items()),
                marked,
            ]
        )
    columns = [
        Column("release"),
        Column("recorded", "time"),
        Column("commit", "code"),
        Column("author", "words", True),
        Column("migration", filtered=True),
        *(Column(stack, "badge", True) for stack in reached),
        Column("remark", "words"),
    ]
    return Table(
        "releases",
        "Releases, newest first: where each runs, ran (done) or failed",
        columns,
        rows,
        "No release was recorded yet.",
        content.now,
        first=25,
        note="'slipway release list' has all.",
    )


def _reached(entries: Sequence[Entry]) -> dict[str, str]:
    """Release -> how its last deployment there ended."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.event in (history.DONE, history.FAILED) and not history.is_infrastructure(entry):
            found[str(entry.facts.get("release"))] = entry.event
    return found
