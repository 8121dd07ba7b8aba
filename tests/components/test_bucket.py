"""Buckets: nobody but those named gets in, and what is kept for how long."""

from __future__ import annotations

from dataclasses import replace

from components.borrowed_bucket import BorrowedBucket, BorrowedBucketArgs, below
from components.bucket import Bucket, BucketArgs
from tests.components.conftest import Build, Registered

ARGS = BucketArgs(
    bucket="acme-files",
    location="us-west1",
    readers={"api": "principal://api"},
    writers={"temporal": "principal://temporal"},
    versioning=True,
    former_versions_days=30,
    delete_after_days=0,
    soft_delete_days=7,
    previews_prefix="previews/",
    protect=False,
)


def grants(registered: list[Registered]) -> list[tuple[str, str, str]]:
    return [(r.name, r.inputs["role"], r.inputs["member"]) for r in registered if r.type.endswith("BucketIAMMember")]


def bucket(registered: list[Registered]) -> Registered:
    [found] = [r for r in registered if r.type.endswith(":Bucket")]
    return found


def test_a_bucket_is_closed_to_all_but_its_readers_and_writers(build: Build) -> None:
    registered = build(lambda: Bucket("files", ARGS))
    assert grants(registered) == [
        ("files-api-reader", "roles/storage.objectViewer", "principal://api"),
        ("files-temporal-writer", "roles/storage.objectUser", "principal://temporal"),
    ]
    assert bucket(registered).inputs == {
        "name": "acme-files",
        "location": "us-west1",
        "uniformBucketLevelAccess": True,
        "publicAccessPrevention": "enforced",
        "versioning": {"enabled": True},
        "softDeletePolicy": {"retentionDurationSeconds": 604800},
        "lifecycleRules": [
            {"action": {"type": "Delete"}, "condition": {"age": 30, "matchesPrefixes": ["previews/"]}},
            {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 30}},
        ],
    }


def test_days_and_a_key_are_those_of_the_catalogue(build: Build) -> None:
    args = replace(ARGS, versioning=False, delete_after_days=365, soft_delete_days=0, key="keys/storage")
    inputs = bucket(build(lambda: Bucket("files", args))).inputs
    assert [rule["condition"] for rule in inputs["lifecycleRules"]] == [
        {"age": 30, "matchesPrefixes": ["previews/"]},
        {"age": 365},
    ]
    assert inputs["softDeletePolicy"] == {"retentionDurationSeconds": 0}
    assert inputs["encryption"] == {"defaultKmsKeyName": "keys/storage"}


def test_a_borrowed_bucket_is_open_below_its_prefix_only(build: Build) -> None:
    args = BorrowedBucketArgs(bucket="acme-files", prefix="previews/pr-7/", readers=ARGS.readers, writers=ARGS.writers)
    registered = build(lambda: BorrowedBucket("files", args))
    assert [(name, role) for name, role, _ in grants(registered)] == [
        ("files-api-reader", "roles/storage.objectViewer"),
        ("files-temporal-writer", "roles/storage.objectUser"),
    ]
    assert {r.inputs["condition"]["expression"] for r in registered} == {below("acme-files", "previews/pr-7/")}


def test_the_condition_holds_for_objects_and_for_lists() -> None:
    assert below("acme-files", "previews/pr-7/") == (
        'resource.name.startsWith("projects/_/buckets/acme-files/objects/previews/pr-7/") || '
        'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("previews/pr-7/")'
    )
