"""Buckets cannot be made public, not even by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Both, since object ACLs pass by what IAM says."""
    if not resource.is_("publicAccessPrevention", "enforced"):
        yield "its objects can be made public"
    if not resource.is_("uniformBucketLevelAccess", True):
        yield "its objects can have access lists of their own"


RULE = Rule(
    id="public-buckets",
    title="Buckets refuse public access, and IAM alone says who reads them",
    why="One grant to allUsers, or an access list on one object, would be enough.",
    remedy="Set publicAccessPrevention to enforced and uniformBucketLevelAccess to true",
    types=re.compile(r"gcp:storage/bucket:Bucket"),
    check=check,
)
