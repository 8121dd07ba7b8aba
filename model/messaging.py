"""The topics of the catalogue."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from model.inert import Inert

FILTER_LIMIT = 256
"""https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax, in bytes"""


class Retry(Inert):
    """What becomes of a message that is not acknowledged: it comes again, slower and slower, and then not any more."""

    attempts: int = Field(
        10, ge=5, le=100, description="after how many deliveries, 5 to 100 (the API's limits), it is a dead letter"
    )
    # At once, as Pub/Sub delivers without a policy, turns one poisoned message into load.
    minimum_backoff_seconds: int = Field(10, ge=0, le=600, description="seconds before the second delivery, up to 600")
    maximum_backoff_seconds: int = Field(600, ge=0, le=600, description="seconds before the last delivery, up to 600")

    @model_validator(mode="after")
    def _ordered(self) -> Retry:
        if self.minimum_backoff_seconds > self.maximum_backoff_seconds:
            raise ValueError(
                f"minimumBackoffSeconds ({self.minimum_backoff_seconds}) exceeds maximumBackoffSeconds "
                f"({self.maximum_backoff_seconds})|Swap them"
            )
        return self


class Topic(Inert):
    """A Pub/Sub topic, who may publish to it and who gets a subscription.

    Ordering and filters are fixed when a subscription is made: changing one replaces it, and what it had not delivered
    yet is lost with it.
    """

    publishers: tuple[str, ...] = Field(description="a list of services")
    subscribers: tuple[str, ...] = Field(min_length=1, description="a list of services")
    purpose: str = Field("", description="a sentence; in the cloud it is the label 'purpose'")
    ordering: bool = Field(
        # Order costs throughput: 1 MB/s for each key, and one message that fails holds back all behind it.
        False,
        description="true to deliver messages with the same ordering key in the order in which they were published",
    )
    filters: dict[str, str] = Field(
        default_factory=dict,
        description='a map subscriber -> filter in Pub/Sub\'s syntax, such as attributes.kind = "contact"; a subscriber '
        "without one gets every message",
    )
    ack_deadline_seconds: int = Field(
        60,
        ge=10,
        le=600,
        description="seconds from 10 to 600 (the API's limits) in which a message must be acknowledged",
    )
    # A failure on a Friday loses nothing by Monday. What is kept for longer than a day is paid for.
    retention_days: int = Field(
        7, ge=1, le=31, description="days, up to 31, for which a message that nobody acknowledged is kept"
    )
    replay_days: int = Field(
        # Every message is paid for as storage all that time, acknowledged or not.
        0,
        ge=0,
        le=31,
        description="days, up to 31, to which a subscription can be set back, so that it gets everything again",
    )
    retry: Retry = Field(
        default_factory=lambda: Retry.model_validate({}), description="attempts and backoff of failed deliveries"
    )

    def sizes(self) -> dict[str, Any]:
        """What its subscriptions keep, how long and in which order."""
        return self.model_dump(include={"ack_deadline_seconds", "retention_days", "replay_days", "ordering"})

    @model_validator(mode="after")
    def _filters(self) -> Topic:
        strangers = sorted(set(self.filters) - set(self.subscribers))
        if strangers:
            raise ValueError(f"there is a filter for '{strangers[0]}'|Write one of: {', '.join(self.subscribers)}")
        long = [name for name, text in self.filters.items() if not 1 <= len(text.encode()) <= FILTER_LIMIT]
        if long:
            raise ValueError(f"the filter of '{long[0]}' is empty or too long|Write 1 to {FILTER_LIMIT} bytes")
        return self
