"""Where an environment's releases come from, and what must hold before one comes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.inert import Inert

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


def _time(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError(f"'{value}' is no time of a day|Write HH:MM in quotes, from 00:00 to 24:00")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{value}' is no time zone|Write one of the IANA's, such as Europe/Berlin, or UTC") from None
    return value


TimeOfDay = Annotated[str, AfterValidator(_time)]


class Freeze(Inert):
    """Hours in which no release comes: on days of the week, on dates, or on those days between those dates."""

    why: str = Field(min_length=1, description="the reason, which whoever is refused is shown")
    days: tuple[Day, ...] = Field(DAYS, min_length=1, description="a list of mon, tue, wed, thu, fri, sat, sun")
    from_: TimeOfDay = Field("00:00", alias="from", description="the local time at which it begins, such as '16:00'")
    to: TimeOfDay = Field("24:00", description="the local time at which it ends; up to 'from', that of the next day")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="the time zone of its hours, such as Europe/Berlin; summer time is followed"
    )
    first: date | None = Field(None, description="the first date, such as 2026-12-23; without it there is none")
    last: date | None = Field(None, description="the last date; without it there is none")
    except_: tuple[date, ...] = Field(
        (), alias="except", description="a list of dates on which it does not begin, though it otherwise would"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Freeze:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins on {self.first}|Write first before last")
        if self.from_ == "24:00":
            raise ValueError("it begins at 24:00|Write 00:00 of the next day")
        return self


class ApprovalRule(Inert):
    """Who must have agreed to what is about to change. The release's author and whoever asks for it never count."""

    count: int = Field(ge=1, le=10, description="how many people must approve, from 1 to 10")
    by: Literal["review", "record"] = Field(
        description="review (of the promotion's pull request on GitHub) or record (signed commits by 'slipway approve')"
    )
    teams: tuple[str, ...] = Field((), description="a list of GitHub teams; only their members count. Only by review")
    people: tuple[str, ...] = Field(
        (), description="a list of those who count, by login (review) or e-mail address (record); without it all do"
    )

    @model_validator(mode="after")
    def _consistent(self) -> ApprovalRule:
        if self.teams and self.by == "record":
            raise ValueError("'teams' are GitHub's and go with by: review|List e-mail addresses under people")
        return self


Branch = Annotated[str, AfterValidator(names.branch)]


class Promotion(Inert):
    """Without `from` an environment is the first of its line: what is built of `branch` comes there. Automation brings a release
    only where `automatic` says so."""

    from_: str | None = Field(None, alias="from", description="the stack of the environment before this one")
    branch: Branch = Field(
        names.MAIN,
        description="the branch of the application repository whose builds come here; only where there is no 'from'",
    )
    automatic: bool = Field(
        False,
        description="true where a merge may come as far as here with nobody asked; false where a person begins it",
    )
    bake_minutes: int = Field(
        0,
        ge=0,
        le=60 * 24 * 90,
        description="how long, in minutes, every digest must have run well in the environment before; 0 for no time",
    )
    checks: Literal["reported", "none"] | tuple[str, ...] = Field(
        "reported",
        description="which checks of the release's commit must have passed: reported (all that GitHub knows of), none, or a "
        "list of names that must be there",
    )
    approvals: ApprovalRule | None = Field(None, description="who must approve: count, by, teams, people")
    freezes: tuple[Freeze, ...] = Field((), description="a list of hours in which no release comes")
    rollback: bool = Field(
        True, description="true to go back by itself, once, where a rollout or a smoke test fails; false to leave it"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Promotion:
        if self.from_ is not None and "branch" in self.model_fields_set:
            raise ValueError(
                f"its releases come from {self.from_}, and so of that one's branch|Take branch or from out"
            )
        return self
