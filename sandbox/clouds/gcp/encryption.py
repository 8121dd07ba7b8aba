"""What is encrypted with a customer's own key: the key must be there, nearby, and open to the service that uses it."""

from __future__ import annotations

import re

from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.places import region
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot

_KEY_TYPE = "gcp:kms/cryptoKey:CryptoKey"
_GRANTS = ("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "gcp:projects/iAMMember:IAMMember")
_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def require_key(tx: Snapshot, property: str, key: str, agent: str, location: str) -> None:
    """Raises CloudError where a service agent cannot encrypt with the key.

    `agent` is the part of its address between the project's number and `iam.gserviceaccount.com`, such as
    `gcp-sa-cloud-sql`; the number is not compared, as nobody tells it here. `location` is where the encrypted thing is.
    Grants on the key and on its project count.
    """
    full = path(key).split("/cryptoKeyVersions/")[0]
    if not tx.get("gcp", _KEY_TYPE, full):
        raise CloudError(Reason.NOT_FOUND, f"{property}: the key '{full}' was not found; create it first")
    _, project, _, place, *_ = full.split("/")
    if place != region(location.lower()):
        raise CloudError(
            Reason.INVALID,
            f"{property}: the key is in {place}, what it shall encrypt in {location}; make a key ring in"
            f" {region(location.lower())}",
        )
    pattern = rf"serviceAccount:service-\d+@{re.escape(agent)}\.iam\.gserviceaccount\.com"
    for type in _GRANTS:
        for grant in tx.list("gcp", type):
            on = grant.inputs.get("cryptoKeyId", grant.inputs.get("project"))
            member = str(grant.inputs["member"])
            if on in (full, project) and grant.inputs["role"] == _ROLE and re.fullmatch(pattern, member):
                return
    raise CloudError(
        Reason.PERMISSION,
        f"{property}: the service agent service-NUMBER@{agent}.iam.gserviceaccount.com may not use the key '{full}';"
        f" grant it {_ROLE} on the key and let this depend on the grant",
    )
