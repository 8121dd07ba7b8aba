"""Maintenance windows of GKE clusters.

https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#maintenance_windows
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sandbox.values import has_unknowns

SHORTEST = timedelta(hours=4)
_LEAST = timedelta(hours=48)
_DAYS = 32


def problem(window: dict[str, Any]) -> tuple[str, str] | None:
    """What the API finds wrong with a recurring window: a property, and why. Recurrences by day or by week are
    understood; others are taken as they are."""
    if has_unknowns(window):
        return None
    times = []
    for key in ("startTime", "endTime"):
        try:
            times.append(datetime.fromisoformat(str(window[key])))
        except ValueError:
            return key, f"{window[key]!r} is no time; write one such as 2026-01-01T10:00:00Z"
    length = times[1] - times[0]
    if length < SHORTEST:
        return "endTime", f"the window lasts {length}, and must last 4 hours or more"
    weekly = re.fullmatch(r"FREQ=WEEKLY;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*)", str(window["recurrence"]))
    if weekly:
        # In the worst 32 days each weekday comes four times.
        total = length * 4 * len(weekly[1].split(","))
    elif window["recurrence"] == "FREQ=DAILY":
        total = length * _DAYS
    else:
        return None
    if total < _LEAST:
        return "recurrence", f"the windows make {total / timedelta(hours=1):g} hours in {_DAYS} days, and must make 48"
    return None
