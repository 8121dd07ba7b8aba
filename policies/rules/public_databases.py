"""Databases and caches have no public address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, at, entries
from policies.rule import Rule
from policies.settings import Settings

EVERYWHERE = ("0.0.0.0/0", "::/0")


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """A cache is never public; it says which network it is in."""
    if resource.kind == "DatabaseInstance":
        if not resource.is_("settings.ipConfiguration.ipv4Enabled", False):
            yield "it has a public address"
        for each in entries(resource.get("settings.ipConfiguration.authorizedNetworks")):
            if at(each, "value") in EVERYWHERE:
                yield f"it lets {at(each, 'value')} in"
    elif not resource.has("authorizedNetwork"):
        yield "it is in the project's default network"


RULE = Rule(
    id="public-databases",
    title="No database and no cache has a public address",
    why="What has no address cannot be tried from outside, whatever its passwords are.",
    remedy="Set settings.ipConfiguration.ipv4Enabled to false and privateNetwork to the stack's network, of a cache "
    "authorizedNetwork",
    types=re.compile(r"gcp:sql/databaseInstance:DatabaseInstance|gcp:redis/instance:Instance"),
    check=check,
)
