"""Cloud Build's answers, as far as they are read here.

https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.builds
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from delivery.builds import BuildRecord
from delivery.errors import Failed

AGAIN = "See https://status.cloud.google.com, and try again."
TRIGGER, COMMIT = "TRIGGER_NAME", "COMMIT_SHA"
"""Substitutions that Cloud Build itself gives to a trigger's builds:
https://docs.cloud.google.com/build/docs/configuring-builds/substitute-variable-values
"""


class Answer(BaseModel):
    """What nobody reads may be anything."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Build(Answer):
    """One build; times are absent until they are known."""

    id: str
    status: str = "STATUS_UNKNOWN"
    substitutions: dict[str, str] = {}
    started: datetime | None = Field(None, alias="startTime")
    finished: datetime | None = Field(None, alias="finishTime")
    url: str = Field("", alias="logUrl")

    def read(self) -> BuildRecord:
        """As delivery speaks of it."""
        took = self.finished - self.started if self.started and self.finished else None
        return BuildRecord(
            id=self.id,
            trigger=self.substitutions.get(TRIGGER, ""),
            status=self.status,
            commit=self.substitutions.get(COMMIT, ""),
            started=self.started,
            seconds=took.total_seconds() if took is not None else None,
            url=self.url,
        )


class Page(Answer):
    """Some builds, newest first."""

    builds: list[Build] = []
    following: str = Field("", alias="nextPageToken")


class Tracked(Answer):
    """What an operation is about."""

    build: Build


class Started(Answer):
    """The operation that follows a build to its end."""

    metadata: Tracked


Read = TypeVar("Read", bound=Answer)


def read(answer: type[Read], content: bytes, subject: str) -> Read:
    """What an answer says. Raises Failed where it is none of Cloud Build's."""
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise Failed(f"Cloud Build's answer for {subject} cannot be read: {place}: {first['msg']}", AGAIN) from None


def said(content: bytes) -> str:
    """An error's own words: https://google.aip.dev/193"""
    try:
        message: Any = json.loads(content)["error"]["message"]
    except (ValueError, LookupError, TypeError):
        return ""
    return f": {message}" if message else ""
