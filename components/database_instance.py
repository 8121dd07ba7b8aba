"""The Cloud SQL for PostgreSQL instance of an environment."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import sql

VERSION = "POSTGRES_15"
LOG_RETENTION_DAYS = 7
"""The longest that Cloud SQL Enterprise keeps the write-ahead log."""

BACKUPS_KEPT = 14


@dataclass(frozen=True, kw_only=True)
class DatabaseInstanceArgs:
    """`network` is the id of a network with private services access; the disk is in GB and grows by itself."""

    region: Input[str]
    network: Input[str]
    tier: Input[str]
    disk_gb: Input[int]
    regional: bool
    backups: Input[bool]
    point_in_time_recovery: Input[bool]
    deletion_protection: bool


class DatabaseInstance(pulumi.ComponentResource):
    """A Cloud SQL for PostgreSQL 15 instance with a private address only, encrypted connections and IAM login."""

    name: Output[str]
    connection_name: Output[str]
    private_ip: Output[str]

    def __init__(self, name: str, args: DatabaseInstanceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseInstance", name, None, opts)
        instance = sql.DatabaseInstance(
            name,
            region=args.region,
            database_version=VERSION,
            settings={
                # Custom tiers exist in this edition only.
                "edition": "ENTERPRISE",
                "tier": args.tier,
                "availability_type": "REGIONAL" if args.regional else "ZONAL",
                "disk_type": "PD_SSD",
                "disk_size": args.disk_gb,
                "disk_autoresize": True,
                "ip_configuration": {
                    "ipv4_enabled": False,
                    "private_network": args.network,
                    "ssl_mode": "ENCRYPTED_ONLY",
                },
                "database_flags": [{"name": "cloudsql.iam_authentication", "value": "on"}],
                "backup_configuration": {
                    "enabled": args.backups,
                    "point_in_time_recovery_enabled": args.point_in_time_recovery,
                    "transaction_log_retention_days": LOG_RETENTION_DAYS,
                    "backup_retention_settings": {"retained_backups": BACKUPS_KEPT},
                },
                "deletion_protection_enabled": args.deletion_protection,
            },
            deletion_protection=args.deletion_protection,
            opts=ResourceOptions(
                parent=self,
                # The disk grows by itself; the size in config is where it starts.
                ignore_changes=["settings.diskSize"],
                # Google would refuse too, but only once the databases in it are gone.
                protect=args.deletion_protection,
            ),
        )
        self.name = instance.name
        self.connection_name = instance.connection_name
        self.private_ip = instance.private_ip_address
        self.register_outputs({"name": self.name, "connectionName": self.connection_name, "privateIp": self.private_ip})
