"""Something that is not as it should be, and what mends it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`command` mends it where one can; `remedy` says what else there is to say or to do."""

    check: str
    problem: str
    remedy: str = ""
    command: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "check": self.check,
            "problem": self.problem,
            "remedy": self.remedy or None,
            "command": list(self.command) or None,
        }

    def __str__(self) -> str:
        parts = [f"{self.check}: {self.problem}", self.remedy, f"$ {shlex.join(self.command)}" if self.command else ""]
        return "\n  ".join(part for part in parts if part)
