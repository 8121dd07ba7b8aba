"""Numbers and flags of Cloud SQL instances that the provider lets through and the API refuses."""

from __future__ import annotations

from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.gcp.rules import postgres_flags
from sandbox.values import is_unknown


def beyond(inputs: Properties, edition: str) -> list[tuple[str, str]]:
    """Numbers that the provider lets through and the API refuses.

    Kept logs and queries: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr#logs and
    https://cloud.google.com/sql/docs/postgres/using-query-insights#enable.
    """
    found = []
    days, most = at(inputs, "settings.backupConfiguration.transactionLogRetentionDays"), 7
    if edition == "ENTERPRISE" and isinstance(days, int) and days > most:
        where = "settings.backupConfiguration.transactionLogRetentionDays"
        found.append((where, f"{days} days: edition ENTERPRISE keeps logs for {most} at most"))
    kept = at(inputs, "settings.backupConfiguration.backupRetentionSettings.retainedBackups")
    if isinstance(kept, int) and not 1 <= kept <= 365:
        where = "settings.backupConfiguration.backupRetentionSettings.retainedBackups"
        found.append((where, f"{kept}: must be from 1 to 365"))
    length = at(inputs, "settings.insightsConfig.queryStringLength")
    if edition == "ENTERPRISE" and isinstance(length, int) and not 256 <= length <= 4500:
        found.append(("settings.insightsConfig.queryStringLength", f"{length}: must be from 256 to 4500"))
    limit, size = at(inputs, "settings.diskAutoresizeLimit"), at(inputs, "settings.diskSize")
    if isinstance(limit, int) and isinstance(size, int) and 0 < limit < size:
        found.append(("settings.diskAutoresizeLimit", f"{limit} GB is below diskSize, {size} GB"))
    return found


def flags(inputs: Properties) -> list[tuple[str, str]]:
    """Flags that PostgreSQL does not have, or not with that value; one that stands twice."""
    given = at(inputs, "settings.databaseFlags")
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for index, flag in enumerate(given if isinstance(given, list) else ()):
        name, value = (flag.get("name"), flag.get("value")) if isinstance(flag, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(value, str) or is_unknown(name) or is_unknown(value):
            continue
        problem = postgres_flags.problem(name, value) or (f"{name} stands twice" if name in seen else None)
        if problem:
            found.append((f"settings.databaseFlags[{index}]", problem))
        seen.add(name)
    return found
