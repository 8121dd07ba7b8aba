"""Services enabled in a project.

Enabling is remembered and nothing more: no other type asks whether its API is enabled. Without `disableOnDestroy` the
real service stays enabled after a destroy; here it is forgotten either way.
"""

from __future__ import annotations

from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.rules import project as rules

SERVICE = ResourceType(
    token="gcp:projects/service:Service",
    table=rules.SERVICE,
    identity="projects/{project}/services/{service}",
    id="{project}/{service}",
    shared=True,
)
TYPES = (SERVICE,)
