"""Asking rules about a resource before anything is made of it, as Pulumi asks its policy packs.

What a rule forbids is not made, and the run ends there; a plan goes on, and tells all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sandbox.engine.events import PolicyViolation
from sandbox.engine.resource import Resource

if TYPE_CHECKING:
    from sandbox.engine.deployment import Deployment

Analyze = Callable[[Resource], Sequence[PolicyViolation]]
"""What is wrong with a resource, whose inputs its provider has checked."""


def analyzed(deployment: Deployment, new: Resource) -> None:
    """Raises Cancelled, after reporting all that is wrong with it, where a mandatory rule forbids the resource."""
    found = deployment.analyze(new) if deployment.analyze else ()
    for violation in found:
        deployment.report.tell(violation)
    forbidden = [violation for violation in found if violation.mandatory]
    for violation in forbidden[:-1]:
        deployment.note(new.urn, "error", violation.message)
    if forbidden:
        deployment.refuse(new.urn, forbidden[-1].message)
