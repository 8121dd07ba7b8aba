"""A part of another stack's bucket: the objects below one prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import storage

from components.bucket import READER, WRITER
from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class BorrowedBucketArgs:
    """`bucket` is the physical name, `prefix` what the names of the objects begin with; `readers` and `writers` as for a
    bucket of one's own."""

    bucket: Input[str]
    prefix: str
    readers: Mapping[str, Input[str]]
    writers: Mapping[str, Input[str]]


class BorrowedBucket(pulumi.ComponentResource):
    """Grants on a bucket that hold below a prefix only: for objects, and for lists that ask for nothing beyond it."""

    name: Output[str]
    """Known only once everybody who needs to may use it."""

    def __init__(self, name: str, args: BorrowedBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BorrowedBucket", name, None, opts)
        bucket = Output.from_input(args.bucket)
        condition = {
            "title": f"below {args.prefix}",
            "expression": bucket.apply(lambda name: below(name, args.prefix)),
        }
        grants = [
            storage.BucketIAMMember(
                f"{name}-{key}-{kind}",
                bucket=bucket,
                role=role,
                member=member,
                condition=condition,
                opts=ResourceOptions(parent=self),
            )
            for kind, role, members in (("reader", READER, args.readers), ("writer", WRITER, args.writers))
            for key, member in members.items()
        ]
        self.name = usable(bucket, grants)
        self.register_outputs({"name": self.name})


def below(bucket: str, prefix: str) -> str:
    """The condition in IAM's language. A list is a request to the bucket, not to an object, so it is let through by the
    prefix that it asks for: https://cloud.google.com/iam/docs/conditions-attribute-reference#storage"""
    return (
        f'resource.name.startsWith("projects/_/buckets/{bucket}/objects/{prefix}") || '
        f'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("{prefix}")'
    )
