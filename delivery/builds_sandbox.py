"""Cloud Build without Cloud Build: what is started is written down, and waits for somebody to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from delivery import builds_records as records
from delivery.builds import RUNNING, BuildRecord, ended


class SandboxBuilds:
    """Implements `delivery.builds.Builds` over a file in the sandbox's folder. Every name is a trigger's here: whoever runs
    the build knows which there are."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now

    def start(self, trigger: str, commit: str, substitutions: Mapping[str, str]) -> str:
        """Write down a build that is to be run."""
        return records.url(records.asked_for(self._folder, trigger, commit, substitutions, self._now()))

    def history(self, limit: int) -> list[BuildRecord]:
        """The newest builds."""
        newest_first = reversed(records.load(self._folder).builds)
        return [each.read() for each in newest_first][: max(limit, 0)]

    def cancel(self, id: str) -> None:
        """Nobody is to run it any more."""
        with records.changing(self._folder) as found:
            build = found.find(id)
            if build.status in RUNNING:
                build.status = "CANCELLED"
            elif build.status != "CANCELLED":
                raise ended(id, build.status)
