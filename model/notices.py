"""Who is told of releases, and where."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from model.inert import Inert

NONE = "none"

Channel = Annotated[
    str,
    Field(
        pattern=r"^(#[^\s#]{1,80}|[CG][A-Z0-9]{8,})$",
        description="a Slack channel, such as '#deployments', or its id, which outlives a new name",
    ),
]


class SlackChannels(Inert):
    """What has no channel of its own goes to `deployments`."""

    deployments: Channel = Field(
        description="the channel for builds, deployments, promotions, rollbacks, holds and broken glass"
    )
    oncall: Channel | None = Field(
        None, description="the channel that also gets holds, broken glass and whatever is critical"
    )
    security: Channel | None = Field(None, description="the channel for findings of the scans")


def _or_none(schema: dict[str, Any]) -> None:
    inner = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"const": NONE}, inner]


class Notices(Inert):
    """`none` in YAML, or where notices go."""

    model_config = ConfigDict(json_schema_extra=_or_none)

    slack: SlackChannels | None = Field(None, description="the Slack channels: deployments, oncall and security")

    @model_validator(mode="before")
    @classmethod
    def _spoken(cls, given: Any) -> Any:
        return dict[str, Any]() if given == NONE else given
