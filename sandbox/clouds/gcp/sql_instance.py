"""Cloud SQL instances.

A deleted instance's name cannot be used again for a week: https://cloud.google.com/sql/docs/postgres/delete-instance.
Machine types and what they allow: https://cloud.google.com/sql/docs/postgres/machine-series-overview. Not emulated:
replicas' following, backups' contents, restarts.
"""

from __future__ import annotations

import re

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType, User
from sandbox.clouds.gcp.rules import sql as rules
from sandbox.clouds.gcp.servicenetworking import CONNECTION, service_address
from sandbox.clouds.gcp.sql_limits import beyond, flags
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import is_unknown

INSTANCE_TYPE = "gcp:sql/databaseInstance:DatabaseInstance"
API = "https://sqladmin.googleapis.com/sql/v1beta4/"
_WEEK = 7 * 86400.0
INSTANCE_TEMPLATE = "projects/{project}/instances/{value}"
_VERSION = re.compile(r"(MYSQL|POSTGRES|SQLSERVER)_(\d+)(?:_(.+))?")


def _version(text: object) -> tuple[str, int] | None:
    match = _VERSION.fullmatch(str(text))
    return (match.group(1), int(match.group(2))) if match else None


def _edition(inputs: Properties) -> str:
    """PostgreSQL 16 and later start as Enterprise Plus where nothing is said."""
    given = at(inputs, "settings.edition")
    engine, number = _version(inputs.get("databaseVersion")) or ("", 0)
    return str(given or ("ENTERPRISE_PLUS" if engine == "POSTGRES" and number >= 16 else "ENTERPRISE"))


def _custom(tier: str) -> str | None:
    """What is wrong with `db-custom-CPU-MEMORY`."""
    match = re.fullmatch(r"db-custom-(\d+)-(\d+)", tier)
    if not match:
        return None
    cpu, memory = int(match.group(1)), int(match.group(2))
    if cpu > 96 or (cpu != 1 and cpu % 2):
        return f"{cpu} vCPUs: must be 1 or an even number up to 96"
    if memory % 256 or memory < 3840:
        return f"{memory} MB: must be a multiple of 256 and at least 3840"
    if not 0.9 * 1024 <= memory / cpu <= 6.5 * 1024:
        return f"{memory} MB for {cpu} vCPUs: must be 0.9 to 6.5 GB each, {922 * cpu} to {6656 * cpu} MB"
    return None


def _instance_check(inputs: Properties) -> list[tuple[str, str]]:
    """`databaseVersion` is one of MySQL, PostgreSQL or SQL Server; `settings.tier` fits the edition, a custom one has 1 or an
    even number of vCPUs up to 96 and 0.9 to 6.5 GB each in steps of 256 MB; point-in-time recovery and REGIONAL need
    backups; without public IP a private network or PSC; Enterprise keeps logs for 7 days and 256 to 4500 bytes of a query
    at most, any edition 1 to 365 backups; the disk starts below the limit of its growth; flags of PostgreSQL exist, within
    their bounds, once each"""
    found = []
    tier, edition = at(inputs, "settings.tier"), _edition(inputs)
    version = inputs.get("databaseVersion")
    if isinstance(version, str) and not is_unknown(version) and _version(version) is None:
        found.append(("databaseVersion", "write MYSQL_8_0, POSTGRES_15 or the like"))
    if isinstance(tier, str) and tier.startswith("db-"):
        plus = tier.startswith(("db-perf-optimized-", "db-memory-optimized-", "db-c4a-"))
        if plus != (edition == "ENTERPRISE_PLUS"):
            found.append(("settings.tier", f"{tier} is no machine type of edition {edition}"))
        problem = _custom(tier)
        if problem:
            found.append(("settings.tier", problem))
    backup = at(inputs, "settings.backupConfiguration") or {}
    if isinstance(backup, dict):
        if backup.get("pointInTimeRecoveryEnabled") is True and backup.get("enabled") in (None, False):
            found.append(("settings.backupConfiguration.enabled", "must be true for pointInTimeRecoveryEnabled"))
        if at(inputs, "settings.availabilityType") == "REGIONAL" and backup.get("enabled") in (None, False):
            found.append(("settings.backupConfiguration.enabled", "must be true for availabilityType REGIONAL"))
    addresses = at(inputs, "settings.ipConfiguration")
    closed = isinstance(addresses, dict) and addresses.get("ipv4Enabled") is False
    if closed and not addresses.get("privateNetwork") and not addresses.get("pscConfigs"):
        found.append(("settings.ipConfiguration", "at least one of public IP, privateNetwork or PSC must be on"))
    found += beyond(inputs, edition)
    return found + flags(inputs) if str(version).startswith("POSTGRES_") else found


def _instance_admit(draft: Draft) -> None:
    """the private network has no service connection; the key is missing, or closed to Cloud SQL's service agent; another
    engine, or an older version
    """
    key = draft.inputs.get("encryptionKeyName")
    if key:
        require_key(draft.tx, "encryptionKeyName", str(key), "gcp-sa-cloud-sql", draft.location)
    private = at(draft.inputs, "settings.ipConfiguration.privateNetwork")
    if private:
        network = path(str(private))
        if draft.tx.get("gcp", CONNECTION.token, f"{network}:servicenetworking.googleapis.com") is None:
            raise CloudError(
                Reason.INVALID,
                f"network '{network}' has no private services connection; make a servicenetworking.Connection and let"
                " the instance depend on it",
            )
    old, new = _version(draft.before.get("databaseVersion")), _version(draft.inputs.get("databaseVersion"))
    if old and new and (old[0] != new[0] or new[1] < old[1]):
        raise CloudError(
            Reason.INVALID,
            f"databaseVersion: {draft.before['databaseVersion']} cannot become"
            f" {draft.inputs['databaseVersion']}; only upgrades within one engine are possible",
        )


def _instance_replaces(outputs: Properties, news: Properties) -> list[str]:
    """the private network is taken away, automatic upgrades are turned off, or the disk shrinks
    (privateNetworkCustomizeDiff, autoUpgradeEnabledCustomizeDiff, diskSizeCutomizeDiff)"""
    addresses = at(news, "settings.ipConfiguration")
    closed = isinstance(addresses, dict) and not addresses.get("privateNetwork")
    gone = closed and at(outputs, "settings.ipConfiguration.privateNetwork")
    stopped = at(outputs, "settings.autoUpgradeEnabled") and not at(news, "settings.autoUpgradeEnabled")
    return ["settings"] if gone or stopped or _shrinks(outputs, news) else []


def _instance_same(outputs: Properties, news: Properties) -> list[str]:
    """a disk that grows by itself is larger than `settings.diskSize`"""
    grows = at(news, "settings.diskAutoresize") is not False
    return ["settings.diskSize"] if grows and _shrinks(outputs, news) else []


def _shrinks(outputs: Properties, news: Properties) -> bool:
    old, new = at(outputs, "settings.diskSize"), at(news, "settings.diskSize")
    return isinstance(old, int) and isinstance(new, int) and new < old


def _without_defaults(value: Properties) -> Properties:
    return {
        key: _without_defaults(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if key != "__defaults"
    }


def _private_address(draft: Draft, network: str) -> str:
    """As long as it stays in its network, an instance keeps its address."""
    if not network:
        return ""
    had = path(str(at(draft.before, "settings.ipConfiguration.privateNetwork") or ""))
    kept = draft.before.get("privateIpAddress") if had == network else None
    return str(kept or service_address(draft, network, draft.unique))


def _instance(draft: Draft) -> Properties:
    settings = _without_defaults(draft.inputs.get("settings") or {})
    addresses = settings.get("ipConfiguration") or {"ipv4Enabled": True}
    public = values.public_address(draft.unique) if addresses.get("ipv4Enabled") is not False else ""
    private = _private_address(draft, path(str(addresses.get("privateNetwork") or "")))
    found = [{"ipAddress": public, "type": "PRIMARY"}] if public else []
    found += [{"ipAddress": private, "type": "PRIVATE"}] if private else []
    changes = int((draft.before.get("settings") or {}).get("version", 0)) + 1
    flags = [{key: flag[key] for key in ("name", "value")} for flag in settings.get("databaseFlags") or []]
    certificate = {
        "cert": values.certificate(draft.unique),
        "commonName": "C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA",
        "createTime": values.timestamp(draft.created),
        "expirationTime": values.timestamp(draft.created + 10 * 365 * 86400),
        "sha1Fingerprint": values.hexadecimal(draft.unique, 40),
    }
    return {
        "selfLink": API + draft.id,
        "connectionName": f"{draft.project}:{draft.location}:{draft.name}",
        "publicIpAddress": public,
        "privateIpAddress": private,
        "firstIpAddress": public or private,
        "ipAddresses": found,
        "serverCaCerts": [certificate],
        "serviceAccountEmailAddress": f"p{values.project_number(draft.project)}-"
        f"{values.hexadecimal(draft.unique, 6)}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
        "instanceType": draft.get("instanceType", "CLOUD_SQL_INSTANCE"),
        "maintenanceVersion": f"{draft.inputs['databaseVersion']}.R20260901.01_00",
        "dnsName": "",
        "pscServiceAttachmentLink": "",
        "settings": {
            "diskSize": 10,
            "diskType": "PD_SSD",
            "connectorEnforcement": "NOT_REQUIRED",
            **settings,
            **({"databaseFlags": flags} if flags else {}),
            "edition": _edition(draft.inputs),
            "ipConfiguration": {"sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED", **addresses},
            "version": changes,
        },
    }


def _instance_protected(outputs: Properties) -> str | None:
    """`deletionProtection` is true, which is its default, or `settings.deletionProtectionEnabled`"""
    if outputs.get("deletionProtection") is not False:
        return "deletionProtection is true; set it to false and update first"
    if at(outputs, "settings.deletionProtectionEnabled") is True:
        return "settings.deletionProtectionEnabled is true; set it to false and update first"
    return None


DATABASE_INSTANCE = ResourceType(
    token=INSTANCE_TYPE,
    table=rules.DATABASE_INSTANCE,
    identity="projects/{project}/instances/{name}",
    id="{name}",
    autoname=AutoName(),
    location="region",
    parents=(
        Parent("settings.ipConfiguration.privateNetwork", NETWORK_TYPE, NETWORK_TEMPLATE),
        Parent("masterInstanceName", INSTANCE_TYPE, INSTANCE_TEMPLATE),
    ),
    used_by=(User(INSTANCE_TYPE, "masterInstanceName"),),
    reuse_after=_WEEK,
    quota=Quota(
        1000, "https://cloud.google.com/sql/quotas", "the most there are; projects on older machines begin with 100"
    ),
    computed=(
        "selfLink",
        "connectionName",
        "publicIpAddress",
        "privateIpAddress",
        "firstIpAddress",
        "ipAddresses",
        "serverCaCerts",
        "serviceAccountEmailAddress",
        "instanceType",
        "maintenanceVersion",
        "dnsName",
        "pscServiceAttachmentLink",
    ),
    outputs=_instance,
    check=_instance_check,
    admit=_instance_admit,
    same=_instance_same,
    replaces=_instance_replaces,
    protected=_instance_protected,
)
TYPES = (DATABASE_INSTANCE,)
