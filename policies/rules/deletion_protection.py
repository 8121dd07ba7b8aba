"""Where data lives nothing is deleted by a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import Rule
from policies.settings import Settings

SWITCHES = {
    "gcp:sql/databaseInstance:DatabaseInstance": ("deletionProtection", "settings.deletionProtectionEnabled"),
    "gcp:container/cluster:Cluster": ("deletionProtection",),
    "gcp:redis/instance:Instance": ("deletionProtection",),
    "gcp:cloudrunv2/service:Service": ("deletionProtection",),
}
"""What has a protection of its own: in the provider, and of databases in the cloud too, whoever deletes it."""
KEPT = re.compile(
    r"gcp:sql/(databaseInstance:DatabaseInstance|database:Database)|gcp:container/cluster:Cluster|gcp:redis/instance:Instance"
    r"|gcp:storage/bucket:Bucket|gcp:kms/(cryptoKey:CryptoKey|keyRing:KeyRing)|gcp:artifactregistry/repository:Repository"
)
"""What keeps data, or the key to it: Pulumi refuses to delete or replace what is protected."""


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Of repositories the one of releases: what the others have can be made again."""
    if not settings.deletion_protection:
        return
    if resource.kind == "DatabaseInstance" and not resource.is_("settings.backupConfiguration.enabled", True):
        yield "it has no backups"
    for path in SWITCHES.get(resource.type, ()):
        if not resource.is_(path, True):
            yield f"{path} is not true"
    if resource.kind == "Bucket" and resource.get("forceDestroy") is True:
        yield "it is deleted with all that is in it"
    released = resource.kind != "Repository" or resource.is_("repositoryId", settings.releases)
    if KEPT.fullmatch(resource.type) and released and not resource.protect:
        yield "Pulumi may delete it"


RULE = Rule(
    id="deletion-protection",
    title="Where a stack is protected, what keeps data cannot be deleted by mistake, and databases have backups",
    why="A rename in the program is a deletion, and a plan is read by people who are in a hurry.",
    remedy="Set deletionProtection, protect=True in the resource's options, and slipway:database.backups",
    types=re.compile(rf"{KEPT.pattern}|{'|'.join(map(re.escape, SWITCHES))}"),
    check=check,
    decided="`slipway:deletionProtection`",
)
