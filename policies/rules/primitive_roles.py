"""No owner, no editor, no viewer of a whole project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import GKE, Rule
from policies.settings import Settings

PRIMITIVE = ("roles/owner", "roles/editor", "roles/viewer")


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """A policy of a whole project is refused as such: it takes away what others have granted, Google's own agents among them."""
    if resource.kind.endswith("Policy"):
        yield "it replaces every grant of the project at once"
    elif resource.get("role") in PRIMITIVE:
        yield f"it grants {resource.get('role')}, which reaches everything there is and will be"


RULE = Rule(
    id="primitive-roles",
    title="No grant of owner, editor or viewer, and no policy over all of a project",
    why="Primitive roles grow with every service that Google adds, and nobody can say what their holder may do.",
    remedy="Grant the predefined role for the one thing that is needed, on the one resource where that is possible",
    types=re.compile(r"gcp:(projects|organizations|folder)/[^:]+:IAM(Member|Binding|Policy)"),
    check=check,
    numbers={GKE: "5.2.1"},
)
