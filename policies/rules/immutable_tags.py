"""Tags of releases do not move."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Caches and previews are told apart by their ids, which the stack's file gives them."""
    if not settings.releases or not resource.is_("repositoryId", settings.releases):
        return
    if not resource.is_("dockerConfig.immutableTags", True):
        yield "its tags can be moved to another image"


RULE = Rule(
    id="immutable-tags",
    title="No tag in the repository of releases can be moved",
    why="A release's tag names the images that were tested for as long as anybody reads it.",
    remedy="Set dockerConfig.immutableTags to true",
    types=re.compile(r"gcp:artifactregistry/repository:Repository"),
    check=check,
    decided="`slipway:repositories.releases`; the repositories of caches and previews are others",
)
