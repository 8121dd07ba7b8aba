"""What a run has told so far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.engine import urns
from sandbox.engine.events import COUNTED, Diagnostic, Event, PolicyViolation, Step, StepDone


@dataclass
class Report:
    """Steps, diagnostics and violations of rules so far. Safe to use from many threads."""

    listener: Callable[[Event], None] | None = None
    steps: list[Step] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    violations: list[PolicyViolation] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, event: Event) -> None:
        """Pass on an event and keep what the result holds. Default providers are nobody's business."""
        urn = event.step.urn if isinstance(event, StepDone) else event.urn
        if not isinstance(event, Diagnostic) and urn and urns.is_default_provider(urn):
            return
        with self.lock:
            if isinstance(event, Diagnostic):
                self.diagnostics.append(event)
            elif isinstance(event, PolicyViolation):
                self.violations.append(event)
            elif isinstance(event, StepDone) and not event.step.op.endswith("-replaced"):
                self.steps.append(event.step)
                if event.step.op in self.changes:
                    self.changes[event.step.op] += 1
            if self.listener is not None:
                self.listener(event)
