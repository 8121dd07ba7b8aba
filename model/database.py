"""The Cloud SQL instance of an environment."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from model.inert import Inert

FLAGS = {
    # Logins are Google identities; without it none of them could log in.
    "cloudsql.iam_authentication": "on",
    # Who came and went, and what they did to the schema: CIS Google Cloud Foundation 6.2.2 to 6.2.4.
    "log_connections": "on",
    "log_disconnections": "on",
    "log_statement": "ddl",
    # Enough to tell what went wrong, and no more: CIS 6.2.1, 6.2.5 and 6.2.6.
    "log_error_verbosity": "default",
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
    # Slow statements are Query Insights' to show: a logged statement carries people's data into the log (CIS 6.2.7).
    "log_min_duration_statement": "-1",
    # Whoever waits for a lock longer than a second says so.
    "log_lock_waits": "on",
}
"""Flags that every instance has unless its environment says otherwise. Left out of CIS 6.2 is pgaudit: it logs every
statement of the objects that it watches, data and all; set cloudsql.enable_pgaudit where an auditor asks for it."""


def _flag(value: Any) -> Any:
    """YAML reads on and off as true and false, and -1 as a number; PostgreSQL's flags are texts."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if isinstance(value, (int, float)) else value


Flag = Annotated[str, BeforeValidator(_flag)]


class Maintenance(Inert):
    """When Google may restart the instance for updates: an hour a week."""

    # Sunday night on the west coast of America, when the fewest people notice.
    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        "sunday", description="monday to sunday, in UTC"
    )
    hour: int = Field(10, ge=0, le=23, description="the hour in UTC, 0 to 23")
    track: Literal["canary", "stable", "week5"] = Field(
        "stable",
        description="how long after its notice an update comes: canary a week, stable two, week5 five; the later "
        "environments wait longer, so that an update meets dev first",
    )


class DatabaseSizes(Inert):
    """The Cloud SQL instance of an environment."""

    tier: str = Field(
        pattern=r"^db-(custom-[0-9]+-[0-9]+|f1-micro|g1-small)$",
        description="a Cloud SQL tier: db-custom-<vCPU>-<MiB of memory>",
    )
    disk_gb: int = Field(ge=10, le=65536, description="the size of the disk in GB, which grows by itself")
    disk_limit_gb: int = Field(
        ge=10,
        le=65536,
        description="where the disk stops growing, in GB: it never shrinks again, and a runaway table costs for good",
    )
    regional: bool = Field(False, description="true for a standby in a second zone")
    backups: int = Field(7, ge=0, le=365, description="how many daily backups are kept, 0 for none")
    recovery_days: int = Field(
        0,
        ge=0,
        le=7,
        description="for how many days the write-ahead log is kept, to recover to any point in time; 7 at most, 0 for none",
    )
    final_backup_days: int = Field(
        0, ge=0, le=365, description="for how many days a last backup outlives a deleted instance, 0 for none"
    )
    query_insights: bool = Field(
        True, description="true to keep what each query costs for a week, without charge and without its parameters"
    )
    maintenance: Maintenance = Field(
        default_factory=lambda: Maintenance.model_validate({}),
        description="when Google may restart it for updates: day, hour and track",
    )
    flags: dict[str, Flag] = Field(
        default_factory=dict,
        validate_default=True,
        description="a map flag of PostgreSQL -> value, beside the usual ones",
    )

    @field_validator("flags")
    @classmethod
    def _usual_flags(cls, flags: dict[str, str]) -> dict[str, str]:
        if flags.get("cloudsql.iam_authentication", "on") != "on":
            raise ValueError("cloudsql.iam_authentication must be on, every login is by IAM|Take it out")
        if not re.fullmatch(r"[0-9]{2,6}", flags.get("max_connections", "100")):
            raise ValueError(f"max_connections '{flags['max_connections']}' is no number|Write one from 14 to 262143")
        return {**FLAGS, **flags}

    @model_validator(mode="after")
    def _tier(self) -> DatabaseSizes:
        """Limits of custom tiers: https://cloud.google.com/sql/docs/postgres/instance-settings#machine-type-2ndgen"""
        custom = re.fullmatch(r"db-custom-([0-9]+)-([0-9]+)", self.tier)
        if custom:
            cores, memory = int(custom[1]), int(custom[2])
            if cores != 1 and (cores % 2 or not 2 <= cores <= 96):
                raise ValueError(f"tier '{self.tier}' has {cores} vCPU|Write 1 or an even number up to 96")
            if memory % 256 or not max(3840, 0.9 * 1024 * cores) <= memory <= 6.5 * 1024 * cores:
                raise ValueError(
                    f"tier '{self.tier}' has {memory} MiB of memory|Write a multiple of 256, 3840 at least, "
                    f"from 0.9 to 6.5 GiB per vCPU"
                )
        return self

    @model_validator(mode="after")
    def _safe(self) -> DatabaseSizes:
        if self.disk_limit_gb < self.disk_gb:
            raise ValueError(f"diskLimitGb ({self.disk_limit_gb}) is below diskGb ({self.disk_gb})|Raise it")
        if self.recovery_days and not self.backups:
            raise ValueError("recoveryDays needs backups, from which recovery starts|Set backups to 1 or more")
        if self.regional and not self.recovery_days:
            raise ValueError("regional needs recoveryDays: a standby has mistakes too|Set recoveryDays to 1 or more")
        return self
