"""Every emulated type by its token."""

from __future__ import annotations

from sandbox.clouds.gcp import (
    artifactregistry,
    cloudbuild,
    compute,
    container,
    dns,
    iam,
    kms,
    projects,
    pubsub,
    router,
    secretmanager,
    serviceaccount,
    servicenetworking,
    sql,
    storage,
)
from sandbox.clouds.gcp.resource import ResourceType

_MODULES = (
    artifactregistry,
    cloudbuild,
    compute,
    container,
    dns,
    iam,
    kms,
    projects,
    pubsub,
    router,
    secretmanager,
    serviceaccount,
    servicenetworking,
    sql,
    storage,
)
TYPES: dict[str, ResourceType] = {resource.token: resource for module in _MODULES for resource in module.TYPES}
