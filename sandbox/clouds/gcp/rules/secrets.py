"""Rules of Cloud KMS and Secret Manager."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

_DURATION = r"\d+(?:\.\d{1,9})?s"
_PURPOSES = (
    "ENCRYPT_DECRYPT",
    "ASYMMETRIC_SIGN",
    "ASYMMETRIC_DECRYPT",
    "RAW_ENCRYPT_DECRYPT",
    "MAC",
    "KEY_ENCAPSULATION",
)

KEY_RING = Table(
    source="kms/resource_kms_key_ring.go",
    properties={
        "location": Rule(replace=True),
        "name": Rule(replace=True, pattern="[a-zA-Z0-9_-]{1,63}"),
        "project": Rule(replace=True, kept=True),
    },
)

CRYPTO_KEY = Table(
    source="kms/resource_kms_crypto_key.go",
    properties={
        "cryptoKeyBackend": Rule(replace=True, kept=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "destroyScheduledDuration": Rule(replace=True, kept=True, pattern=_DURATION),
        "importOnly": Rule(replace=True, kept=True),
        "keyAccessJustificationsPolicy": Rule(kept=True),
        "keyRing": Rule(replace=True),
        "name": Rule(replace=True, pattern="[a-zA-Z0-9_-]{1,63}"),
        # The provider takes any; the API's enumerations: projects.locations.keyRings.cryptoKeys.
        "purpose": Rule(replace=True, default="ENCRYPT_DECRYPT", values=_PURPOSES),
        "rotationPeriod": Rule(pattern=_DURATION),
        "versionTemplate": Rule(kept=True),
        "versionTemplate.protectionLevel": Rule(
            replace=True,
            default="SOFTWARE",
            values=("SOFTWARE", "HSM", "EXTERNAL", "EXTERNAL_VPC", "HSM_SINGLE_TENANT"),
        ),
    },
)

SECRET = Table(
    source="secretmanager/resource_secret_manager_secret.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "deletionProtection": Rule(default=False),
        "expireTime": Rule(kept=True),
        "project": Rule(replace=True, kept=True),
        "replication": Rule(replace=True),
        "replication.auto": Rule(replace=True),
        "replication.userManaged": Rule(replace=True),
        "replication.userManaged.replicas": Rule(replace=True),
        "replication.userManaged.replicas.location": Rule(replace=True),
        "secretId": Rule(replace=True, pattern="[a-zA-Z0-9_-]{1,255}"),
        "tags": Rule(replace=True),
        "ttl": Rule(pattern=_DURATION),
    },
    one_of=(("replication.auto", "replication.userManaged"),),
    conflicts=(("expireTime", "ttl"),),
    needs=(("rotation", "topics"), ("rotation.nextRotationTime", "rotation.rotationPeriod")),
)

SECRET_VERSION = Table(
    source="secretmanager/resource_secret_manager_secret_version.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "DISABLE", "ABANDON")),
        "enabled": Rule(default=True),
        "isSecretDataBase64": Rule(replace=True),
        "project": Rule(replace=True, kept=True),
        "secret": Rule(replace=True, link=True),
        "secretData": Rule(replace=True),
        "secretDataWoVersion": Rule(replace=True),
    },
    one_of=(("secretData", "secretDataWo"),),
    needs=(("secretDataWo", "secretDataWoVersion"), ("secretDataWoVersion", "secretDataWo")),
)
