"""Cloud Storage buckets, whose names are one space for all projects. There are no objects: a bucket is always empty."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import storage as rules


def _bucket(draft: Draft) -> Properties:
    time = values.timestamp(draft.created)
    deletion = draft.inputs.get("softDeletePolicy") or {}
    return {
        "url": f"gs://{draft.name}",
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{draft.name}",
        "projectNumber": int(values.project_number(draft.project)),
        "location": str(draft.inputs["location"]).upper(),
        "timeCreated": time,
        "updated": time,
        "uniformBucketLevelAccess": draft.get("uniformBucketLevelAccess", False),
        "publicAccessPrevention": draft.get("publicAccessPrevention", "inherited"),
        "softDeletePolicy": {
            "retentionDurationSeconds": deletion.get("retentionDurationSeconds", 604800),
            "effectiveTime": time,
        },
    }


def _bucket_check(inputs: Properties) -> list[tuple[str, str]]:
    """the name has at most 63 characters between dots"""
    name = inputs.get("name")
    if isinstance(name, str) and (
        (len(name) > 63 and "." not in name) or any(len(part) > 63 for part in name.split("."))
    ):
        return [("name", "at most 63 characters between dots")]
    return []


def _bucket_admit(draft: Draft) -> None:
    """the key is missing, elsewhere, or closed to Cloud Storage's service agent"""
    key = at(draft.inputs, "encryption.defaultKmsKeyName")
    if key:
        location = str(draft.inputs["location"])
        require_key(draft.tx, "encryption.defaultKmsKeyName", str(key), "gs-project-accounts", location)


BUCKET = ResourceType(
    token="gcp:storage/bucket:Bucket",
    table=rules.BUCKET,
    identity="{name}",
    autoname=AutoName("name", 222),
    labels="labels",
    settled=True,
    computed=(
        "url",
        "selfLink",
        "projectNumber",
        "timeCreated",
        "updated",
        "uniformBucketLevelAccess",
        "publicAccessPrevention",
        "softDeletePolicy",
    ),
    outputs=_bucket,
    check=_bucket_check,
    admit=_bucket_admit,
)
TYPES = (BUCKET,)
