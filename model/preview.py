"""What a preview's stack file says that no environment's does."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, model_validator

from model.inert import Inert
from model.size import Cores, Memory

SHA = r"^[0-9a-f]{40}$"


class PullRequest(Inert):
    """The pull request that a preview shows."""

    number: int = Field(ge=1, le=99999, description="the number of the pull request")
    branch: str = Field(
        pattern=r"^[^\s~^:?*\[\\\x00-\x1f\x7f]+$",
        max_length=255,
        description="the branch of the pull request, as git names it (no spaces, none of ~ ^ : ? * [ and backslash)",
    )
    commit: str | None = Field(None, pattern=SHA, description="the commit that the images were built of, 40 characters")
    fork: bool = Field(
        False,
        description="true where a stranger wrote it: its pods get no secret, cache, Temporal or data of the base",
    )


class Life(Inert):
    """How long a preview lives from the last sign that somebody needs it: a push, or `slipway pr extend` or `wake`."""

    sleep_hours: int = Field(
        24, ge=0, le=8760, description="hours after which it sleeps: no pods, everything else stays; 0 for never"
    )
    warn_hours: int = Field(12, ge=0, le=8760, description="hours before its end at which its pull request is told")
    expire_hours: int = Field(72, ge=1, le=8760, description="hours after which it is closed")

    @model_validator(mode="after")
    def _ordered(self) -> Life:
        if self.sleep_hours >= self.expire_hours:
            raise ValueError(
                f"it would sleep after {self.sleep_hours} hours and be closed after {self.expire_hours}|"
                "Lower sleepHours, or write 0 for never"
            )
        if self.warn_hours >= self.expire_hours:
            raise ValueError(f"{self.warn_hours} hours before its end is before its beginning|Lower warnHours")
        return self

    @property
    def sleeps_after(self) -> timedelta | None:
        """None where it never sleeps."""
        return timedelta(hours=self.sleep_hours) if self.sleep_hours else None

    @property
    def expires_after(self) -> timedelta:
        """From the last activity to the end."""
        return timedelta(hours=self.expire_hours)

    @property
    def warns_after(self) -> timedelta:
        """From the last activity to the warning."""
        return timedelta(hours=self.expire_hours - self.warn_hours)


class Quota(Inert):
    """The most that all pods of one preview may ask for together."""

    cpu: Cores = Field(description="the cores that its pods may request, such as 4")
    memory: Memory = Field(description="the memory that its pods may request, and use, such as 8Gi")
    pods: int = Field(ge=1, le=1000, description="how many pods there may be, those of jobs among them")
