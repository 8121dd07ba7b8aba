"""Cloud KMS. Rings and keys cannot be deleted in the cloud: a destroyed one is forgotten and its name stays taken."""

from __future__ import annotations

import math

from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import secrets as rules
from sandbox.clouds.gcp.signing_keys import ALGORITHMS
from sandbox.values import is_unknown

_RING_TYPE = "gcp:kms/keyRing:KeyRing"


def _crypto_key(draft: Draft) -> Properties:
    template = draft.inputs.get("versionTemplate") or {}
    return {
        "destroyScheduledDuration": draft.get("destroyScheduledDuration", "2592000s"),
        "importOnly": draft.get("importOnly", False),
        "cryptoKeyBackend": draft.get("cryptoKeyBackend", ""),
        "versionTemplate": {
            "algorithm": template.get("algorithm", "GOOGLE_SYMMETRIC_ENCRYPTION"),
            "protectionLevel": template.get("protectionLevel", "SOFTWARE"),
        },
        "primaries": []
        if draft.get("purpose", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT"
        else [{"name": f"{draft.id}/cryptoKeyVersions/1", "state": "ENABLED"}],
    }


def _crypto_key_check(inputs: Properties) -> list[tuple[str, str]]:
    """what is destroyed is kept for a day to 120; `rotationPeriod` is at least a day, and only for purpose
    ENCRYPT_DECRYPT; a key that signs names an algorithm that signs, of those that are emulated"""
    kept = inputs.get("destroyScheduledDuration")
    if isinstance(kept, str) and kept.endswith("s") and not 1 <= float(kept[:-1]) / 86400 <= 120:
        return [("destroyScheduledDuration", f"{kept} is not between 86400s and 10368000s, a day and 120")]
    period = inputs.get("rotationPeriod")
    if isinstance(period, str) and period.endswith("s") and float(period[:-1]) < 86400:
        return [("rotationPeriod", f"{period} is less than a day, 86400s")]
    if period and inputs.get("purpose", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return [("rotationPeriod", f"not allowed for purpose {inputs['purpose']}")]
    if inputs.get("purpose") == "ASYMMETRIC_SIGN" and not is_unknown(inputs.get("versionTemplate")):
        algorithm = at(inputs, "versionTemplate.algorithm")
        if not is_unknown(algorithm) and algorithm not in ALGORITHMS:
            return [("versionTemplate.algorithm", f"a key that signs needs one of {', '.join(ALGORITHMS)}")]
    return []


KEY_RING = ResourceType(
    token=_RING_TYPE,
    table=rules.KEY_RING,
    identity="projects/{project}/locations/{location}/keyRings/{name}",
    autoname=AutoName(),
    reuse_after=math.inf,
)
CRYPTO_KEY = ResourceType(
    token="gcp:kms/cryptoKey:CryptoKey",
    table=rules.CRYPTO_KEY,
    identity="{keyRing}/cryptoKeys/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=(Parent("keyRing", _RING_TYPE, "projects/{project}/locations/global/keyRings/{value}", owns=True),),
    reuse_after=math.inf,
    computed=("destroyScheduledDuration", "importOnly", "cryptoKeyBackend", "versionTemplate", "primaries"),
    outputs=_crypto_key,
    check=_crypto_key_check,
)
TYPES = (KEY_RING, CRYPTO_KEY)
