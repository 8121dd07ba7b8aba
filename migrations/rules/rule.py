"""What every rule is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrations.dynamic import UNKNOWN
from model.findings import Severity


@dataclass(frozen=True)
class Rule:
    """`what` names the danger in a few words, `why` says whom it hurts, `safe` what to write instead.

    `safe` has the statement's own names in braces: {table}, {column}, {name}, {to}, {type}.
    """

    id: str
    severity: Severity
    what: str
    why: str
    safe: str


@dataclass(frozen=True)
class Danger:
    """A rule broken, with the names that its safe way is written with. `severity` is the rule's, unless one is given."""

    rule: Rule
    names: dict[str, str] = field(default_factory=dict)
    given: Severity | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.given or self.rule.severity

    @property
    def safe(self) -> str:
        """The safe way, with names."""
        text = self.rule.safe
        for key, value in self.names.items():
            text = text.replace(f"{{{key}}}", value)
        return text.replace(UNKNOWN, "...")
