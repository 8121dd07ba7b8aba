"""What a database instance and the logins to it register."""

from __future__ import annotations

from dataclasses import replace

from components.database_instance import DatabaseInstance, DatabaseInstanceArgs, MaintenanceArgs
from components.database_login import DatabaseLogin, DatabaseLoginArgs
from tests.components.conftest import Build, Registered

ARGS = DatabaseInstanceArgs(
    region="us-west1",
    network="projects/p/global/networks/n",
    tier="db-custom-2-7680",
    disk_gb=20,
    disk_limit_gb=200,
    regional=True,
    backups=30,
    recovery_days=7,
    final_backup_days=14,
    query_insights=True,
    maintenance=MaintenanceArgs(day="sunday", hour=10, track="week5"),
    flags={"log_connections": "on", "cloudsql.iam_authentication": "on"},
    deletion_protection=True,
)


def instance(build: Build, args: DatabaseInstanceArgs) -> Registered:
    [found] = build(lambda: DatabaseInstance("database", args))
    return found


def test_an_instance_is_private_encrypted_recoverable_and_bounded(build: Build) -> None:
    assert instance(build, ARGS).inputs == {
        "region": "us-west1",
        "databaseVersion": "POSTGRES_15",
        "deletionProtection": True,
        "settings": {
            "edition": "ENTERPRISE",
            "tier": "db-custom-2-7680",
            "availabilityType": "REGIONAL",
            "diskType": "PD_SSD",
            "diskSize": 20,
            "diskAutoresize": True,
            "diskAutoresizeLimit": 200,
            "ipConfiguration": {
                "ipv4Enabled": False,
                "privateNetwork": "projects/p/global/networks/n",
                "sslMode": "ENCRYPTED_ONLY",
            },
            "databaseFlags": [
                {"name": "cloudsql.iam_authentication", "value": "on"},
                {"name": "log_connections", "value": "on"},
            ],
            "backupConfiguration": {
                "enabled": True,
                "backupRetentionSettings": {"retainedBackups": 30},
                "pointInTimeRecoveryEnabled": True,
                "transactionLogRetentionDays": 7,
            },
            "retainBackupsOnDelete": True,
            "finalBackupConfig": {"enabled": True, "retentionDays": 14},
            "maintenanceWindow": {"day": 7, "hour": 10, "updateTrack": "week5"},
            "insightsConfig": {
                "queryInsightsEnabled": True,
                "queryStringLength": 4500,
                "recordApplicationTags": True,
                "recordClientAddress": False,
            },
            "deletionProtectionEnabled": True,
        },
    }


def test_what_is_not_wanted_is_off_and_a_key_of_ones_own_encrypts(build: Build) -> None:
    bare = replace(
        ARGS, regional=False, backups=0, recovery_days=0, final_backup_days=0, key="projects/p/cryptoKeys/database"
    )
    inputs = instance(build, bare).inputs
    assert inputs["encryptionKeyName"] == "projects/p/cryptoKeys/database"
    assert inputs["settings"]["availabilityType"] == "ZONAL"
    assert inputs["settings"]["backupConfiguration"] == {"enabled": False}
    assert inputs["settings"]["retainBackupsOnDelete"] is False
    assert "finalBackupConfig" not in inputs["settings"]


def test_a_login_has_no_password_no_role_and_no_user_but_those_named(build: Build) -> None:
    args = DatabaseLoginArgs(project="p", instance="i", account="login-main", users={"api": "principal://api"})
    registered = build(lambda: DatabaseLogin("main", args))
    [user] = [r for r in registered if r.type.endswith(":User")]
    assert user.inputs == {"instance": "i", "name": "main@p", "type": "CLOUD_IAM_SERVICE_ACCOUNT"}
    assert [(r.name, r.inputs["role"], r.inputs["member"]) for r in registered if "IAM" in r.type] == [
        ("main-client", "roles/cloudsql.client", "serviceAccount:main"),
        ("main-instanceUser", "roles/cloudsql.instanceUser", "serviceAccount:main"),
        ("main-api", "roles/iam.serviceAccountTokenCreator", "principal://api"),
    ]
