"""Rules of service accounts, service agents and enabled services."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

ACCOUNT = Table(
    source="resourcemanager/resource_google_service_account.go",
    properties={
        "accountId": Rule(replace=True, pattern="[a-z](?:[-a-z0-9]{4,28}[a-z0-9])"),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(length=256),
        "disabled": Rule(default=False),
        "project": Rule(replace=True, kept=True),
    },
)

SERVICE = Table(
    source="resourcemanager/resource_google_project_service.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "project": Rule(replace=True, kept=True, link=True),
        "service": Rule(replace=True, pattern=r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
    },
)

SERVICE_IDENTITY = Table(
    source="resourcemanager/resource_project_service_identity.go",
    properties={
        "project": Rule(replace=True, kept=True),
        "service": Rule(replace=True, pattern=r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
    },
)
