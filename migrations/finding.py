"""What a rule has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.findings import Severity


@dataclass(frozen=True)
class Finding:
    """One danger of one statement: why it hurts, and the safe way with the SQL to write.

    `statement` is as it was written, in one line; `line` and `column` are where it begins, from 1.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    statement: str
    what: str
    why: str
    safe: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return dict(vars(self))


@dataclass(frozen=True)
class Mistake:
    """What makes a file bad input rather than dangerous."""

    rule: str
    file: str
    line: int
    column: int
    what: str
    remedy: str

    @property
    def where(self) -> str:
        """`file:line:column`, as far as there is one."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
