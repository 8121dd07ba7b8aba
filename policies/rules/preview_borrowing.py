"""A preview has nothing of production's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, texts
from policies.rule import Rule
from policies.settings import Settings

PLACES = {
    "kubernetes:core/v1:Namespace": "cluster",
    "gcp:sql/database:Database": "database instance",
    "gcp:sql/user:User": "database instance",
}
"""What every preview has in its base, and where."""


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """By what its inputs name: a project in a resource's name, an account or a connection of it. The registry that all
    environments pull from may be in the same project as production, and is no loan. Of its base, what it has there tells:
    policies are not asked about what a program only reads."""
    if settings.kind != "preview":
        return
    if settings.production and (place := PLACES.get(resource.type)):
        yield f"it is in the {place} of {settings.base}, where releases end and data is kept"
    named = {project for text in texts(resource.props) for project in settings.others if _names(project, text)}
    for project in sorted(named):
        yield f"it names the project {project}, which is another environment's"


def _names(project: str, text: str) -> bool:
    if project not in text:
        return False
    name = re.escape(project)
    return re.search(rf"\bprojects/{name}(/|$)|@{name}\.iam(\.|$)|^{name}(:|$)", text) is not None


RULE = Rule(
    id="preview-borrowing",
    title="A preview borrows from its base alone, and its base is never production",
    why="A pull request's code runs there before anybody has read it.",
    remedy="Name an environment in slipway:base whose data can be made again, such as dev",
    types=re.compile(r"(gcp|kubernetes):.+"),
    check=check,
    decided="`slipway:base`; production is an environment with `slipway:deletionProtection` from which nothing is promoted",
)
