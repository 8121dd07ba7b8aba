"""What was measured, beside what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the report. `met` is None where nothing is asked, or where nothing could be measured."""

    what: str
    measured: str
    asked: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The last column."""
        return "" if self.met is None else "met" if self.met else "missed"


def told(what: str, measured: float, unit: str = "") -> Figure:
    """A figure of which nothing is asked: it stands beside another, to compare."""
    return Figure(what=what, measured=_text(measured, unit))


def at_most(what: str, measured: float, limit: float, unit: str = "") -> Figure:
    """A figure that must not exceed the limit."""
    return Figure(what=what, measured=_text(measured, unit), asked=_asked("most", limit, unit), met=measured <= limit)


def at_least(what: str, measured: float, limit: float, unit: str = "") -> Figure:
    """A figure that must reach the limit."""
    return Figure(what=what, measured=_text(measured, unit), asked=_asked("least", limit, unit), met=measured >= limit)


def missing(what: str, asked: str, why: str) -> Figure:
    """A figure that cannot be measured on this machine."""
    return Figure(what=what, measured=why, asked=asked)


def _text(measured: float, unit: str) -> str:
    return f"{measured if isinstance(measured, int) else f'{measured:.2f}'} {unit}".rstrip()


def _asked(bound: str, limit: float, unit: str) -> str:
    return f"at {bound} {limit:g} {unit}".rstrip()
