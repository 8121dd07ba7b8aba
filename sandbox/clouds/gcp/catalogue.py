"""Every emulated type by its token."""

from __future__ import annotations

from sandbox.clouds.gcp import (
    address,
    artifactregistry,
    binaryauthorization,
    certificatemanager,
    cloudbuild,
    cluster,
    compute,
    dns,
    firewall,
    iam,
    kms,
    node_pool,
    projects,
    pubsub,
    router,
    secretmanager,
    securitypolicy,
    service_identity,
    serviceaccount,
    servicenetworking,
    sql,
    sql_instance,
    storage,
)
from sandbox.clouds.gcp.resource import ResourceType

_MODULES = (
    address,
    artifactregistry,
    binaryauthorization,
    certificatemanager,
    cloudbuild,
    cluster,
    compute,
    dns,
    firewall,
    iam,
    kms,
    node_pool,
    projects,
    pubsub,
    router,
    secretmanager,
    securitypolicy,
    service_identity,
    serviceaccount,
    servicenetworking,
    sql,
    sql_instance,
    storage,
)
TYPES: dict[str, ResourceType] = {resource.token: resource for module in _MODULES for resource in module.TYPES}
