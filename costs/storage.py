"""Cloud Storage, which is paid by what lies in it: https://cloud.google.com/storage/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Said, Unknown, Use
from costs.stack import Stack


def of_bucket(bucket: Resource, stack: Stack) -> list[Said]:
    """A bucket in a region, of the class Standard."""
    if bucket.text("storageClass") not in ("", "STANDARD") or (bucket.text("location") and bucket.region is None):
        return [Unknown("classes other than Standard, and buckets of several regions, have no price")]
    return [
        Use("storage", "files, with their old versions and what was deleted in the last days"),
        Use("storage-writes", "writes and lists of files"),
        Use("storage-reads", "reads of files"),
    ]
