"""The provider's functions: facts of a project and the caller's own settings. Every project exists."""

from __future__ import annotations

from sandbox.clouds.gcp import service_identity, signing_keys
from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.protocol import CheckFailure, CloudError, Invoked, Reason
from sandbox.clouds.world import Snapshot

_GET_PROJECT = "gcp:organizations/getProject:getProject"
_GET_CLIENT_CONFIG = "gcp:organizations/getClientConfig:getClientConfig"
_GET_STORAGE_AGENT = "gcp:storage/getProjectServiceAccount:getProjectServiceAccount"
_GET_KEY_VERSION = "gcp:kms/getKMSCryptoKeyVersion:getKMSCryptoKeyVersion"
FUNCTIONS = (_GET_PROJECT, _GET_CLIENT_CONFIG, _GET_STORAGE_AGENT, _GET_KEY_VERSION)


def invoke(tx: Snapshot, settings: Settings, token: str, args: Properties) -> Invoked:
    """Call a function. Raises CloudError UNSUPPORTED for one that is not emulated."""
    if token == _GET_KEY_VERSION:
        return _key_version(tx, args)
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


def _key_version(tx: Snapshot, args: Properties) -> Invoked:
    """A version of a key, with its public half where the key signs."""
    named, number = str(args.get("cryptoKey") or ""), int(args.get("version") or 1)
    key = tx.get("gcp", "gcp:kms/cryptoKey:CryptoKey", named)
    if key is None or number != 1:
        raise CloudError(Reason.NOT_FOUND, f"{named}/cryptoKeyVersions/{number} not found")
    template = key.shown["versionTemplate"]
    full = f"{named}/cryptoKeyVersions/{number}"
    public: list[Properties] = []
    if key.shown.get("purpose") == "ASYMMETRIC_SIGN":
        algorithm = template["algorithm"]
        public = [{"algorithm": algorithm, "pem": signing_keys.public_pem(full, algorithm)}]
    return Invoked(
        {
            "id": f"//cloudkms.googleapis.com/v1/{full}",
            "name": full,
            "cryptoKey": named,
            "version": number,
            "state": "ENABLED",
            "protectionLevel": template["protectionLevel"],
            "algorithm": template["algorithm"],
            "publicKeys": public,
        }
    )
