"""Every emulated type of GitHub by its token."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.github import webhook

TYPES: dict[str, ResourceType] = {resource.token: resource for resource in (*webhook.TYPES,)}
