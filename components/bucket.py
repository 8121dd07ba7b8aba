"""A Cloud Storage bucket and the grants of exactly those who read and write in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import storage

from components.usable import usable

WRITER = "roles/storage.objectUser"
"""Makes, replaces, deletes, reads and lists objects, and changes nothing of the bucket; objectCreator could not replace.
https://cloud.google.com/storage/docs/access-control/iam-roles"""
READER = "roles/storage.objectViewer"

PREVIEWS_KEPT_DAYS = 30
"""What a preview left in its base's bucket outlives it by no more than this."""


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """`bucket` is the physical name; `readers` and `writers` map a name, which only tells the grants apart, to an IAM
    principal, and nobody is both.

    Days are 0 for never (`delete_after_days`) and not at all (`soft_delete_days`). Below `previews_prefix` objects are
    deleted after 30 days. `key` encrypts the objects, and Cloud Storage's agent may use it; without one Google's own does.
    """

    bucket: Input[str]
    location: Input[str]
    readers: Mapping[str, Input[str]]
    writers: Mapping[str, Input[str]]
    versioning: bool
    former_versions_days: int
    delete_after_days: int
    soft_delete_days: int
    previews_prefix: str
    protect: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    key: Input[str] | None = None


class Bucket(pulumi.ComponentResource):
    """A bucket of one region that nobody can make public, with IAM as its only access control.

    A bucket with objects in it is never deleted: whoever destroys the stack empties it first."""

    name: Output[str]
    """Known only once everybody who needs to may use it."""

    def __init__(self, name: str, args: BucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Bucket", name, None, opts)
        bucket = storage.Bucket(
            name,
            name=args.bucket,
            location=args.location,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning={"enabled": args.versioning},
            soft_delete_policy={"retention_duration_seconds": args.soft_delete_days * 86400},
            lifecycle_rules=_lifecycle(args),
            encryption=storage.BucketEncryptionArgs(default_kms_key_name=args.key) if args.key else None,
            labels=args.labels or None,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        grants = [
            storage.BucketIAMMember(
                f"{name}-{key}-{kind}",
                bucket=bucket.name,
                role=role,
                member=member,
                opts=ResourceOptions(parent=self),
            )
            for kind, role, members in (("reader", READER, args.readers), ("writer", WRITER, args.writers))
            for key, member in members.items()
        ]
        self.name = usable(bucket.name, grants)
        self.register_outputs({"name": self.name})


def _lifecycle(args: BucketArgs) -> list[storage.BucketLifecycleRuleArgs]:
    """https://cloud.google.com/storage/docs/lifecycle"""
    conditions = [
        storage.BucketLifecycleRuleConditionArgs(age=PREVIEWS_KEPT_DAYS, matches_prefixes=[args.previews_prefix])
    ]
    if args.delete_after_days:
        conditions.append(storage.BucketLifecycleRuleConditionArgs(age=args.delete_after_days))
    if args.versioning:
        conditions.append(
            storage.BucketLifecycleRuleConditionArgs(days_since_noncurrent_time=args.former_versions_days)
        )
    delete = storage.BucketLifecycleRuleActionArgs(type="Delete")
    return [storage.BucketLifecycleRuleArgs(action=delete, condition=each) for each in conditions]
