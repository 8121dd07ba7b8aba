"""Who is told what goes wrong, and when."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from model.inert import Inert

_CONNECTIONS = ((120, 1000), (60, 800), (30, 600), (15, 500), (7.5, 400), (6, 200), (3.75, 100), (1.7, 50), (0.0, 25))
"""GiB of memory at least -> connections: https://cloud.google.com/sql/docs/postgres/flags#postgres-m (max_connections)."""

_SHARED = {"db-f1-micro": 25, "db-g1-small": 50}


class WorkingHours(Inert):
    """Hours in UTC on weekdays; `to` may lie after midnight. Summer time is not followed."""

    from_: int = Field(alias="from", ge=0, le=23, description="the first hour in UTC, from 0 to 23")
    to: int = Field(ge=0, le=24, description="the hour in UTC before which it ends, from 0 to 24")

    @model_validator(mode="after")
    def _some(self) -> WorkingHours:
        if self.from_ == self.to % 24:
            raise ValueError("from and to are the same hour|Write hours that differ")
        return self


class Alerting(Inert):
    """`full`: at any time. `conditional`: in working hours, and never by pager. `none`: a dashboard is all there is."""

    mode: Literal["none", "conditional", "full"] = Field(description="none, conditional or full")
    slack: str | None = Field(None, pattern=r"^#[^\s#]{1,79}$", description="a Slack channel, such as #alerts")
    pagerduty: bool = Field(False, description="true to page for what is critical; only with mode full")
    working_hours: WorkingHours | None = Field(
        None, description="the hours in UTC on weekdays in which a conditional alert is raised: from and to"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Alerting:
        if self.mode == "none" and (self.slack or self.pagerduty or self.working_hours):
            raise ValueError(
                "mode none tells nobody|Take out slack, pagerduty and workingHours, or choose another mode"
            )
        if self.mode != "none" and not self.slack:
            raise ValueError(f"mode {self.mode} needs slack|Name a channel, such as '#alerts'")
        if (self.mode == "conditional") != (self.working_hours is not None):
            raise ValueError("workingHours go with mode conditional|Write both or neither")
        if self.pagerduty and self.mode != "full":
            raise ValueError("pagerduty needs mode full|Nobody is woken by what only counts in working hours")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret config keys that it needs."""
        return (*(("slackToken",) if self.slack else ()), *(("pagerdutyKey",) if self.pagerduty else ()))


def connection_limit(tier: str, flags: dict[str, str]) -> int:
    """How many connections a Cloud SQL instance takes: its flag, or what follows from the memory of its tier."""
    if "max_connections" in flags:
        return int(flags["max_connections"])
    if custom := re.fullmatch(r"db-custom-[0-9]+-([0-9]+)", tier):
        gib = int(custom[1]) / 1024
        return next(limit for least, limit in _CONNECTIONS if gib >= least)
    return _SHARED[tier]
