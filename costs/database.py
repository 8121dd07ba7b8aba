"""Cloud SQL for PostgreSQL: https://cloud.google.com/sql/pricing"""

from __future__ import annotations

import re

from costs.resource import Resource
from costs.said import Line, Said, Unknown, Use, hours, unclear
from costs.stack import Stack

_CUSTOM = re.compile(r"db-custom-([0-9]+)-([0-9]+)")


def of_instance(instance: Resource, stack: Stack) -> list[Said]:
    """The machine and its disk, twice where there is a standby. A disk that grows is counted as it begins."""
    edition = instance.text("settings", "edition") or "ENTERPRISE"
    if edition != "ENTERPRISE" or not instance.text("databaseVersion").startswith("POSTGRES"):
        return [Unknown(f"{instance.text('databaseVersion')} in the edition {edition} has no price")]
    regional = instance.text("settings", "availabilityType") == "REGIONAL"
    times, also = (2, " and of its standby") if regional else (1, "")
    said = _machine(instance.text("settings", "tier"), times, also)
    size, limit = instance.number("settings", "diskSize"), instance.number("settings", "diskAutoresizeLimit")
    if instance.text("settings", "diskType") not in ("", "PD_SSD"):
        said.append(Unknown("disks that are no SSD have no price"))
    elif size is None:
        said.append(unclear("the size of the disk"))
    else:
        said.append(Line("sql-ssd", f"disk of the instance{also}", size * times, size * times))
        if instance.get("settings", "diskAutoresize") is not False:
            grows = f", up to {limit:.0f} GiB" if limit else ""
            said.append(Use("sql-ssd", f"growth of the disk{also}{grows}"))
    if instance.get("settings", "backupConfiguration", "enabled") is True:
        said.append(Use("sql-backup", "backups, and logs to recover from"))
    if instance.get("settings", "ipConfiguration", "ipv4Enabled") is True:
        said.append(hours("address", "public address of the instance", 1))
    return said


def _machine(tier: str, times: int, also: str) -> list[Said]:
    if tier == "db-f1-micro":
        return [hours("sql-micro", f"machine of the instance{also}", times)]
    match = _CUSTOM.fullmatch(tier)
    if match is None:
        return [Unknown(f"the tier {tier or '(not known yet)'} has no price")]
    cores, gib = int(match[1]), int(match[2]) / 1024
    return [
        hours("sql-core", f"cores of the instance{also}", cores * times),
        hours("sql-gib", f"memory of the instance{also}", gib * times),
    ]
