"""The Cloud SQL for PostgreSQL instance of an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import sql

VERSION = "POSTGRES_15"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Numbered from 1: https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances#maintenancewindow"""

QUERY_LENGTH = 4500
"""Characters of a query that Query Insights keeps: the most that Cloud SQL Enterprise allows."""


@dataclass(frozen=True, kw_only=True)
class MaintenanceArgs:
    """An hour of a day of the week, in UTC; `track` is canary, stable or week5."""

    day: str
    hour: int
    track: str


@dataclass(frozen=True, kw_only=True)
class DatabaseInstanceArgs:
    """`network` is the id of a network with private services access; sizes of the disk are in GB, where it starts and
    where it stops growing. `backups` are kept, `recovery_days` and `final_backup_days` count days; 0 means none.
    `key` is the id of the KMS key that encrypts the disk and the backups; without one the key is Google's."""

    region: Input[str]
    network: Input[str]
    tier: Input[str]
    disk_gb: Input[int]
    disk_limit_gb: Input[int]
    regional: bool
    backups: int
    recovery_days: int
    final_backup_days: int
    query_insights: bool
    maintenance: MaintenanceArgs
    flags: Mapping[str, str]
    deletion_protection: bool
    key: Input[str] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """The provider's default labels do not reach what a database keeps in its settings."""


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
            encryption_key_name=args.key,
            settings=sql.DatabaseInstanceSettingsArgs(
                # Custom tiers exist in this edition only.
                edition="ENTERPRISE",
                tier=args.tier,
                user_labels=dict(args.labels) or None,
                availability_type="REGIONAL" if args.regional else "ZONAL",
                disk_type="PD_SSD",
                disk_size=args.disk_gb,
                disk_autoresize=True,
                disk_autoresize_limit=args.disk_limit_gb,
                ip_configuration=sql.DatabaseInstanceSettingsIpConfigurationArgs(
                    ipv4_enabled=False, private_network=args.network, ssl_mode="ENCRYPTED_ONLY"
                ),
                database_flags=[
                    sql.DatabaseInstanceSettingsDatabaseFlagArgs(name=flag, value=value)
                    for flag, value in sorted(args.flags.items())
                ],
                backup_configuration=_backups(args),
                # A last backup alone would lose whatever was found missing only before it.
                retain_backups_on_delete=args.final_backup_days > 0,
                final_backup_config=_final_backup(args.final_backup_days),
                maintenance_window=sql.DatabaseInstanceSettingsMaintenanceWindowArgs(
                    day=DAYS.index(args.maintenance.day) + 1,
                    hour=args.maintenance.hour,
                    update_track=args.maintenance.track,
                ),
                insights_config=sql.DatabaseInstanceSettingsInsightsConfigArgs(
                    query_insights_enabled=args.query_insights,
                    query_string_length=QUERY_LENGTH,
                    record_application_tags=True,
                    record_client_address=False,
                ),
                deletion_protection_enabled=args.deletion_protection,
            ),
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


def _backups(args: DatabaseInstanceArgs) -> sql.DatabaseInstanceSettingsBackupConfigurationArgs:
    if not args.backups:
        return sql.DatabaseInstanceSettingsBackupConfigurationArgs(enabled=False)
    return sql.DatabaseInstanceSettingsBackupConfigurationArgs(
        enabled=True,
        backup_retention_settings=sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
            retained_backups=args.backups
        ),
        point_in_time_recovery_enabled=args.recovery_days > 0,
        transaction_log_retention_days=args.recovery_days or None,
    )


def _final_backup(days: int) -> sql.DatabaseInstanceSettingsFinalBackupConfigArgs | None:
    return sql.DatabaseInstanceSettingsFinalBackupConfigArgs(enabled=True, retention_days=days) if days else None
