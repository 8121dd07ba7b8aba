"""Cloud Storage buckets, whose names are one space for all projects. There are no objects: a bucket is always empty."""

from __future__ import annotations

import re

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.check import DEFAULTS
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import storage as rules
from sandbox.values import is_unknown

_DAY = 86400


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
    """the name has at most 63 characters between dots, no dots and dashes beside each other, nothing like google, and is
    no address; what is deleted is kept for 7 to 90 days, or not at all; a rule of `lifecycleRules` has a condition, and a
    class where it sets one"""
    found: list[tuple[str, str]] = []
    name = inputs.get("name")
    if isinstance(name, str) and not is_unknown(name):
        found += [("name", problem)] if (problem := _name_problem(name)) else []
    kept = at(inputs, "softDeletePolicy.retentionDurationSeconds")
    if isinstance(kept, int) and kept != 0 and not 7 * _DAY <= kept <= 90 * _DAY:
        found.append(("softDeletePolicy.retentionDurationSeconds", f"{kept}: write 0, or {7 * _DAY} to {90 * _DAY}"))
    for index, rule in enumerate(listed(inputs, "lifecycleRules")):
        action, condition = (rule.get(key) if isinstance(rule, dict) else None for key in ("action", "condition"))
        if isinstance(condition, dict) and not condition.keys() - {DEFAULTS}:
            found.append((f"lifecycleRules[{index}].condition", "at least one condition must be given"))
        if isinstance(action, dict) and (action.get("type") == "SetStorageClass") is not bool(
            action.get("storageClass")
        ):
            found.append(
                (f"lifecycleRules[{index}].action.storageClass", "to be given with SetStorageClass, and only then")
            )
    return found


def _name_problem(name: str) -> str:
    """https://docs.cloud.google.com/storage/docs/buckets#naming"""
    if (len(name) > 63 and "." not in name) or any(len(part) > 63 for part in name.split(".")):
        return "at most 63 characters between dots"
    if any(pair in name for pair in ("..", ".-", "-.")):
        return f"{name!r} has a dot beside another or beside a dash"
    if re.search("g[o0]{2}gle", name):
        return f"{name!r} contains google, or what looks like it"
    return f"{name!r} is an IP address" if re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", name) else ""


def _bucket_replaces(outputs: Properties, news: Properties) -> list[str]:
    """a locked `retentionPolicy` is no longer locked (isPolicyLocked)"""
    locked = (at(properties, "retentionPolicy.isLocked") for properties in (outputs, news))
    return ["retentionPolicy"] if [each is True for each in locked] == [True, False] else []


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
    replaces=_bucket_replaces,
)
TYPES = (BUCKET,)
