"""Rules of the API Keys API."""

from __future__ import annotations

from itertools import combinations

from sandbox.clouds.gcp.resource import Rule, Table

# The API's union `client_restrictions`:
# https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys#restrictions
_CLIENTS = tuple(f"restrictions.{kind}KeyRestrictions" for kind in ("android", "browser", "ios", "server"))

API_KEY = Table(
    source="apikeys/resource_apikeys_key.go",
    properties={
        "checkExistingUsage": Rule(values=("SKIP", "CHECK")),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON", "FORCE")),
        "displayName": Rule(length=63),
        "name": Rule(replace=True, pattern="[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"),
        "project": Rule(replace=True, kept=True, link=True),
        "restrictions.apiTargets.service": Rule(pattern=r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
        "serviceAccountEmail": Rule(replace=True, link=True),
    },
    conflicts=tuple(combinations(_CLIENTS, 2)),
)
