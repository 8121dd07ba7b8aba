"""Grants to everybody, but to call what is declared public."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, entries
from policies.rule import GKE, Rule
from policies.settings import Settings

EVERYBODY = ("allUsers", "allAuthenticatedUsers")
INVOKER = "roles/run.invoker"


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """allAuthenticatedUsers is anybody with any Google account, so it is no smaller grant."""
    members = {str(resource.get("member")), *map(str, entries(resource.get("members")))}
    for everybody in sorted(members.intersection(EVERYBODY)):
        service = resource.type.startswith("gcp:cloudrun") and resource.is_("name", *settings.public)
        if not (service and everybody == "allUsers" and resource.is_("role", INVOKER)):
            yield f"it grants {resource.get('role')} to {everybody}"


RULE = Rule(
    id="public-members",
    title="Nothing is granted to allUsers or allAuthenticatedUsers, but calling a service that is declared public",
    why="It is a grant to everybody on the internet, and nobody looks at it twice in a list of members.",
    remedy="Name whom it is for; a Cloud Run service that everybody may call is declared public in services.yaml",
    types=re.compile(r"gcp:[^:]+:\w*I[Aa][Mm](Member|Binding)"),
    check=check,
    numbers={GKE: "5.1.2"},
    decided="`public` of a service in services.yaml",
)
