"""The provider's functions: facts of a project and the caller's own settings. Every project exists."""

from __future__ import annotations

from sandbox.clouds.gcp import service_identity
from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.protocol import CheckFailure, CloudError, Invoked, Reason

_GET_PROJECT = "gcp:organizations/getProject:getProject"
_GET_CLIENT_CONFIG = "gcp:organizations/getClientConfig:getClientConfig"
_GET_STORAGE_AGENT = "gcp:storage/getProjectServiceAccount:getProjectServiceAccount"
FUNCTIONS = (_GET_PROJECT, _GET_CLIENT_CONFIG, _GET_STORAGE_AGENT)


def invoke(settings: Settings, token: str, args: Properties) -> Invoked:
    """Call a function. Raises CloudError UNSUPPORTED for one that is not emulated."""
    if token == _GET_PROJECT:
        project = str(args.get("projectId") or settings.project)
        if not project:
            return Invoked({}, [CheckFailure("projectId", "required where gcp:project is not configured")])
        return Invoked(
            {
                "id": f"projects/{project}",
                "projectId": project,
                "name": project,
                "number": project_number(project),
                "labels": {},
                "effectiveLabels": {},
                "pulumiLabels": {},
                "autoCreateNetwork": True,
                "billingAccount": "",
                "folderId": "",
                "orgId": "",
                "deletionPolicy": "PREVENT",
                "tags": {},
            }
        )
    if token == _GET_CLIENT_CONFIG:
        return Invoked(
            {
                "id": f'projects/"{settings.project}"/regions/"{settings.region}"/zones/"{settings.zone}"/scopes/[]',
                "project": settings.project,
                "region": settings.region,
                "zone": settings.zone,
                "accessToken": "sandbox",
                "defaultLabels": settings.labels,
            }
        )
    if token == _GET_STORAGE_AGENT:
        project = str(args.get("project") or settings.project)
        email = service_identity.agent(project, "storage.googleapis.com")
        return Invoked({"id": email, "emailAddress": email, "member": f"serviceAccount:{email}", "project": project})
    raise CloudError(
        Reason.UNSUPPORTED, f"function {token} is not emulated; docs/reference/sandbox-coverage.md lists what is"
    )
