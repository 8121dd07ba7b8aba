"""The topics of the catalogue."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Topic(Inert):
    """A Pub/Sub topic, who may publish to it and who gets a subscription."""

    publishers: tuple[str, ...] = Field(description="a list of services")
    subscribers: tuple[str, ...] = Field(min_length=1, description="a list of services")
    purpose: str = Field("", description="a sentence")
    ack_deadline_seconds: int = Field(
        60,
        ge=10,
        le=600,
        description="seconds from 10 to 600 (the API's limits) in which a message must be acknowledged",
    )
