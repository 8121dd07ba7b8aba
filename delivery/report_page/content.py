"""What a report says, gathered at one moment: plain data, from which the page and `--json` are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from costs.estimate import Estimate
from delivery.auditing import Finding
from delivery.ledger import Entry
from delivery.preview_list import Known
from delivery.release_entries import LEDGER
from delivery.security_gate import Decision
from delivery.status import Overview
from model.environment import Environment
from model.preview import Preview


@dataclass(frozen=True)
class Book:
    """One ledger: all entries that can be read, oldest first, and what is wrong with it."""

    name: str
    entries: Sequence[Entry]
    findings: Sequence[Finding] = ()

    def as_json(self) -> dict[str, Any]:
        """Its size, its end and its state; `slipway audit export` prints the entries."""
        return {
            "entries": len(self.entries),
            "last": self.entries[-1].hash if self.entries else None,
            "findings": [each.as_json() for each in self.findings],
        }


@dataclass(frozen=True)
class PreviewLine:
    """A preview, and what it costs in 24 hours awake, in US dollars; None where its sizes are not known here."""

    known: Known
    usd_per_day: float | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """`now` is the engine's clock, `written` that of the machine. `unreadable` says why nothing is told of environments,
    `template` is what previews are made of. `findings` is None where no scans were named."""

    now: datetime
    written: datetime
    engine: str
    who: str
    version: str
    services: Sequence[str]
    configs: Mapping[str, Environment]
    template: Preview | None = None
    environments: Sequence[Overview] = ()
    unreadable: str = ""
    previews: Sequence[PreviewLine] = ()
    books: Sequence[Book] = ()
    findings: Decision | None = None
    graphs: Mapping[str, str] = field(default_factory=dict)
    """Stack -> SVG."""
    estimates: Sequence[Estimate] = ()
    """What each stack that is up costs a month."""
    priced: Sequence[date] = ()
    """The days that the prices are of."""

    @property
    def releases(self) -> Sequence[Entry]:
        """The entries about releases."""
        return next((book.entries for book in self.books if book.name == LEDGER), ())

    @property
    def histories(self) -> dict[str, Sequence[Entry]]:
        """Environment -> the entries of its ledger, first environment first."""
        found = {book.name: book.entries for book in self.books}
        return {name: found.get(name, ()) for name in self.configs}

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "now": self.now.isoformat(timespec="seconds"),
            "written": self.written.isoformat(timespec="seconds"),
            "engine": self.engine,
            "environments": {each.stack: each.as_json() for each in self.environments},
            "unreadable": self.unreadable or None,
            "previews": [{**each.known.as_json(self.now), "usd_per_day": each.usd_per_day} for each in self.previews],
            "ledgers": {book.name: book.as_json() for book in self.books},
            "findings": self.findings.as_json() if self.findings else None,
            "cost": {each.stack: each.total.as_json() for each in self.estimates},
        }
