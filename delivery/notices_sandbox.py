"""The sandbox's notices: nobody is told, and what would have been told stands in a file of the sandbox."""

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from delivery.notices import Notice, Reach, Undelivered

FILE = "notices.jsonl"


@dataclass(frozen=True)
class Sent:
    """A notice as it arrived in a channel. `at` is when, by the virtual clock; the notice says when it happened."""

    at: datetime
    channel: str
    notice: Notice

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        at = self.at.isoformat(timespec="seconds")
        return {"at": at, "channel": self.channel, "notice": self.notice.as_json()}


class SandboxNotices:
    """Implements `delivery.notices.Notices` over `notices.jsonl` of the sandbox's folder."""

    def __init__(self, sandbox: Path, now: Callable[[], datetime]) -> None:
        self._path = sandbox / FILE
        self._now = now

    def send(self, notice: Notice, channel: str) -> None:
        """Write it down. Raises Undelivered where the file cannot be written."""
        line = json.dumps(Sent(self._now(), channel, notice).as_json(), ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Undelivered(f"{FILE} of the sandbox cannot be written: {error.strerror}", Reach.EVERYTHING) from None


def sent(sandbox: Path) -> list[Sent]:
    """What was sent in a sandbox, oldest first."""
    try:
        lines = (sandbox / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    read = [json.loads(line) for line in lines]
    return [
        Sent(datetime.fromisoformat(each["at"]), each["channel"], Notice.from_json(each["notice"])) for each in read
    ]
