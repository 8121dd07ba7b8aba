"""Rules of Cloud Storage."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import CIDR

BUCKET = Table(
    source="storage/resource_storage_bucket.go",
    properties={
        "autoclass.terminalStorageClass": Rule(kept=True),
        "customPlacementConfig.dataLocations": Rule(replace=True, unordered=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "enableObjectRetention": Rule(replace=True),
        "encryption.customerManagedEncryptionEnforcementConfig.restrictionMode": Rule(
            values=("NotRestricted", "FullyRestricted")
        ),
        "encryption.customerSuppliedEncryptionEnforcementConfig.restrictionMode": Rule(
            values=("NotRestricted", "FullyRestricted")
        ),
        "encryption.googleManagedEncryptionEnforcementConfig.restrictionMode": Rule(
            values=("NotRestricted", "FullyRestricted")
        ),
        "forceDestroy": Rule(default=False),
        "hierarchicalNamespace": Rule(replace=True),
        "hierarchicalNamespace.enabled": Rule(replace=True),
        "ipFilter.mode": Rule(values=("Enabled", "Disabled")),
        "ipFilter.publicNetworkSource.allowedIpCidrRanges": Rule(pattern=CIDR),
        "ipFilter.vpcNetworkSources.allowedIpCidrRanges": Rule(pattern=CIDR),
        "lifecycleRules": Rule(length=100),
        "lifecycleRules.action": Rule(unordered=True),
        # The API's: https://docs.cloud.google.com/storage/docs/json_api/v1/buckets
        "lifecycleRules.action.type": Rule(values=("Delete", "SetStorageClass", "AbortIncompleteMultipartUpload")),
        "lifecycleRules.condition": Rule(unordered=True),
        "lifecycleRules.condition.age": Rule(low=0),
        "lifecycleRules.condition.withState": Rule(kept=True, values=("LIVE", "ARCHIVED", "ANY")),
        "location": Rule(replace=True, fold=True),
        "logging.logObjectPrefix": Rule(kept=True),
        "name": Rule(replace=True, pattern="(?!goog)[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
        "project": Rule(replace=True, kept=True),
        "publicAccessPrevention": Rule(kept=True, values=("inherited", "enforced")),
        "retentionPolicy.isLocked": Rule(default=False),
        "rpo": Rule(kept=True),
        "softDeletePolicy": Rule(kept=True),
        "softDeletePolicy.retentionDurationSeconds": Rule(default=604800),
        "storageClass": Rule(
            default="STANDARD", values=("STANDARD", "MULTI_REGIONAL", "REGIONAL", "NEARLINE", "COLDLINE", "ARCHIVE")
        ),
        "uniformBucketLevelAccess": Rule(kept=True),
        "versioning": Rule(kept=True),
        "website": Rule(kept=True),
    },
    any_of=(("website.mainPageSuffix", "website.notFoundPage"),),
    needs=(("ipFilter.allowCrossOrgVpcs", "ipFilter.vpcNetworkSources"),),
)
