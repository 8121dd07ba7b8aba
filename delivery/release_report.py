"""How releases are shown: a table of all, the lines of one, and both as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from delivery import release_entries
from delivery.ledger import Entry
from delivery.release_entries import Release


def as_json(entries: Sequence[Entry], release_id: str) -> dict[str, Any]:
    """One release: its record, who recorded it and when, and its bad mark or null. Raises ConfigError without one."""
    release = release_entries.find(entries, release_id)
    return _shown(release, _recordings(entries)[release.id], release_entries.bad(entries).get(release.id))


def listing(entries: Sequence[Entry], limit: int) -> dict[str, Any]:
    """Releases by id, newest first, up to `limit` (0: all), and the ids that were allocated and never recorded."""
    recorded, marks, recordings = release_entries.recorded(entries), release_entries.bad(entries), _recordings(entries)
    waiting = {name: entry for name, entry in release_entries.allocated(entries).items() if name not in recorded}
    return {
        "releases": [
            _shown(recorded[name], recordings[name], marks.get(name))
            for name in sorted(recorded, reverse=True)[: limit or None]
        ],
        "allocated": [
            {"id": name, "commit": entry.facts["commit"], "who": entry.who, "at": entry.at}
            for name, entry in sorted(waiting.items(), reverse=True)[: limit or None]
        ],
    }


def table(found: dict[str, Any]) -> Table:
    """A listing as rows."""
    grid = Table(title="Releases", title_justify="left")
    for name in ("release", "recorded", "commit", "migration", "author"):
        grid.add_column(name, no_wrap=True)
    grid.add_column("")
    for each in found["releases"]:
        mark = Text(f"bad: {each['bad']['why']}", "red") if each["bad"] else Text()
        grid.add_row(each["id"], each["at"][:16], each["commit"][:12], each["migration"], each["author"], mark)
    for each in found["allocated"]:
        grid.add_row(each["id"], "", each["commit"][:12], "", "", Text(f"allocated by {each['who']}", "dim"))
    return grid


def lines(found: dict[str, Any]) -> Iterator[str]:
    """One release for people; what is empty is left out."""
    yield found["id"]
    for key in ("commit", "branch", "author", "migration", "build"):
        if found.get(key):
            yield f"{key:<10} {found[key]}"
    yield f"{'recorded':<10} {found['at']} by {found['who']}"
    if found["bad"]:
        yield f"{'bad':<10} {found['bad']['why']} ({found['bad']['who']}, {found['bad']['at']})"
    width = max((len(image) for image in found["images"]), default=0)
    for image, digest in found["images"].items():
        yield f"  {image:<{width}}  {digest}"
    if told := found.get("destructive"):
        yield f"{'approved':<10} by {', '.join(told['by'])} ({told['how']}): {', '.join(told['findings'])}"
    for name in found["migrations"] or ():
        yield f"  brings {name}"


def _shown(release: Release, recorded: Entry, mark: Entry | None) -> dict[str, Any]:
    bad = {"who": mark.who, "at": mark.at, "why": mark.facts["why"]} if mark else None
    return {**release.as_json(), "migrations": release.migrations, "who": recorded.who, "at": recorded.at, "bad": bad}


def _recordings(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {str(entry.facts["id"]): entry for entry in entries if entry.event == release_entries.RECORDED}
