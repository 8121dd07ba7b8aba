"""`--events`: a run as a stream of JSON objects, one a line on stdout, for programs that show progress of their own.

Each has `event`: begun, done or failed of a resource; note of the engine; at last end, with all that `--json` prints.
"""

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from delivery.engines import Event, Report
from delivery.progress_tree import expected
from delivery.urns import component, described

_LOCK = threading.Lock()


@contextmanager
def streamed(title: str) -> Iterator[Report]:
    """A report that writes what it hears; `begun` tells how many seconds the real cloud is expected to take."""
    write({"event": "title", "title": title})
    yield lambda event: write(as_json(event))


def as_json(event: Event) -> dict[str, Any]:
    """One event of the engine as a line has it."""
    told: dict[str, Any] = {"event": event.kind, "urn": event.urn or None}
    if event.urn:
        kind, _, name = described(event.urn).partition(" ")
        told |= {"type": kind, "name": name, "component": component(event.urn)}
    if event.kind == "note":
        return {**told, "message": event.message}
    told["op"] = event.op
    if event.kind == "begun":
        told["expected_seconds"] = expected(event.urn, event.op)
    return told


def end(told: Mapping[str, Any]) -> None:
    """The last line."""
    write({"event": "end", **told})


def write(told: dict[str, Any]) -> None:
    """One line, whole, at once: events may come from any thread."""
    with _LOCK:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()
