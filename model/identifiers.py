"""The names that YAML gives to things, checked for whatever is made of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from model import names

PREVIEW_PREFIX = names.preview_stack(99999)
"""The longest that stands before a name, so that a preview never fails for what its environment accepts."""

RESERVED = {
    names.MIGRATE: "the identity of the Job that migrates",
    "default": "the service account that every namespace has, and the size of whatever has none of its own",
}
"""What neither a service nor a collapsed pod can be called."""

RESERVED_CHECKS = {
    "build": "the check that all images can be built",
    "security": "the check that no scanner has found what blocks",
    "gate": "the step that waits for all checks",
}
"""What a check of the catalogue cannot be called."""


def _service_name(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"'{value}' is {RESERVED[value]}|Write another name")
    if value.endswith(names.SMOKE_TEST):
        raise ValueError(f"'{value}' is what a smoke test would be called|Write another name")
    return names.label(value, "a Deployment and its Service")


def _image_name(value: str) -> str:
    return names.label(value, "an image")


def _topic_name(value: str) -> str:
    for prefix in ("", PREVIEW_PREFIX):
        names.dead_letter_topic(names.topic(prefix, value))
    return value


def _database_name(value: str) -> str:
    for prefix in ("", PREVIEW_PREFIX):
        names.database(prefix, value)
    names.login_account(value)
    return value


def _bucket_name(value: str) -> str:
    names.bucket("p" * names.PROJECT_LIMIT, value)
    return value


def _secret_name(value: str) -> str:
    return names.label(value, "a secret")


def _check_name(value: str) -> str:
    if value in RESERVED_CHECKS:
        raise ValueError(f"'{value}' is {RESERVED_CHECKS[value]}|Write another name")
    return names.label(value, "a step of a build")


ServiceName = Annotated[str, AfterValidator(_service_name)]
ImageName = Annotated[str, AfterValidator(_image_name)]
TopicName = Annotated[str, AfterValidator(_topic_name)]


def _cache_name(value: str) -> str:
    # Memorystore allows 40 characters, of which Pulumi adds 8; the Secret's name has `cache-` before it.
    return names.label(value, "a cache", limit=32)


CacheName = Annotated[str, AfterValidator(_cache_name)]
DatabaseName = Annotated[str, AfterValidator(_database_name)]
BucketName = Annotated[str, AfterValidator(_bucket_name)]
SecretName = Annotated[str, AfterValidator(_secret_name)]
CheckName = Annotated[str, AfterValidator(_check_name)]
StepName = Annotated[str, AfterValidator(lambda value: names.label(value, "a step of a build"))]
