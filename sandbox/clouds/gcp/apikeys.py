"""API keys. Nothing here asks for one, so no restriction is ever met or broken, and no key has been used lately."""

from __future__ import annotations

import base64
import hashlib

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.iam import ACCOUNT_TYPE
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import apikeys as rules


def _key(draft: Draft) -> Properties:
    letters = base64.urlsafe_b64encode(hashlib.sha256(f"key {draft.unique}".encode()).digest()).decode()
    return {
        # 39 characters, as Google's own are.
        "keyString": f"AIzaSy{letters[:33]}",
        "uid": values.identifier(draft.unique),
    }


API_KEY = ResourceType(
    token="gcp:projects/apiKey:ApiKey",
    table=rules.API_KEY,
    identity="projects/{project}/locations/global/keys/{name}",
    autoname=AutoName(),
    parents=(Parent("serviceAccountEmail", ACCOUNT_TYPE, "projects/{project}/serviceAccounts/{value}"),),
    # https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys/delete: it can be undeleted so long.
    reuse_after=30 * 86400.0,
    quota=Quota(300, "https://cloud.google.com/docs/authentication/api-keys"),
    computed=("keyString", "uid"),
    outputs=_key,
)
TYPES = (API_KEY,)
