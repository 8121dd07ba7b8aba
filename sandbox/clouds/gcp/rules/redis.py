"""Rules of Memorystore for Redis."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

INSTANCE = Table(
    source="redis/resource_redis_instance.go",
    properties={
        "alternativeLocationId": Rule(replace=True, kept=True),
        "authEnabled": Rule(default=False),
        "authorizedNetwork": Rule(replace=True, kept=True, link=True),
        "connectMode": Rule(
            replace=True, default="DIRECT_PEERING", values=("DIRECT_PEERING", "PRIVATE_SERVICE_ACCESS", "")
        ),
        "customerManagedKey": Rule(replace=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "locationId": Rule(replace=True, kept=True),
        "maintenancePolicy.description": Rule(length=512),
        "maintenancePolicy.weeklyMaintenanceWindows.day": Rule(
            values=(
                "DAY_OF_WEEK_UNSPECIFIED",
                "MONDAY",
                "TUESDAY",
                "WEDNESDAY",
                "THURSDAY",
                "FRIDAY",
                "SATURDAY",
                "SUNDAY",
            )
        ),
        "maintenancePolicy.weeklyMaintenanceWindows.startTime.hours": Rule(low=0, high=23),
        "maintenancePolicy.weeklyMaintenanceWindows.startTime.minutes": Rule(low=0, high=59),
        "maintenancePolicy.weeklyMaintenanceWindows.startTime.nanos": Rule(low=0, high=999_999_999),
        "maintenancePolicy.weeklyMaintenanceWindows.startTime.seconds": Rule(low=0, high=60),
        "maintenanceVersion": Rule(kept=True),
        # The API's: https://cloud.google.com/memorystore/docs/redis/create-manage-instances#instance-capacity
        "memorySizeGb": Rule(low=1, high=300),
        "name": Rule(replace=True, pattern="[a-z][a-z0-9-]{0,39}[a-z0-9]"),
        "persistenceConfig": Rule(kept=True),
        "persistenceConfig.persistenceMode": Rule(kept=True, values=("DISABLED", "RDB")),
        "persistenceConfig.rdbSnapshotPeriod": Rule(
            values=("ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS", "")
        ),
        "persistenceConfig.rdbSnapshotStartTime": Rule(kept=True),
        "project": Rule(replace=True, kept=True),
        "readReplicasMode": Rule(kept=True, values=("READ_REPLICAS_DISABLED", "READ_REPLICAS_ENABLED", "")),
        # The API's: https://cloud.google.com/memorystore/docs/redis/supported-versions
        "redisVersion": Rule(
            kept=True, values=("REDIS_3_2", "REDIS_4_0", "REDIS_5_0", "REDIS_6_X", "REDIS_7_0", "REDIS_7_2")
        ),
        "region": Rule(replace=True, kept=True),
        "replicaCount": Rule(kept=True),
        "reservedIpRange": Rule(replace=True, kept=True),
        "secondaryIpRange": Rule(kept=True),
        "tier": Rule(replace=True, default="BASIC", values=("BASIC", "STANDARD_HA", "")),
        "transitEncryptionMode": Rule(
            replace=True, default="DISABLED", values=("SERVER_AUTHENTICATION", "DISABLED", "")
        ),
    },
)
