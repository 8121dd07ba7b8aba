"""The Cloud SQL instance of an environment."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from model.inert import Inert


class DatabaseSizes(Inert):
    """The Cloud SQL instance of an environment."""

    tier: str = Field(
        pattern=r"^db-(custom-[0-9]+-[0-9]+|f1-micro|g1-small)$",
        description="a Cloud SQL tier: db-custom-<vCPU>-<MiB of memory>",
    )
    disk_gb: int = Field(ge=10, le=65536, description="the size of the disk in GB, which grows by itself")
    regional: bool = Field(False, description="true for a standby in a second zone")
    point_in_time_recovery: bool = Field(False, description="true to keep the write-ahead log for 7 days")
    backups: bool = Field(True, description="true for a backup a day")

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
        if self.point_in_time_recovery and not self.backups:
            raise ValueError("pointInTimeRecovery needs backups|Set backups to true")
        if self.regional and not (self.backups and self.point_in_time_recovery):
            raise ValueError("regional needs backups and pointInTimeRecovery|Set both to true")
        return self
