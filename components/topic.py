"""A Pub/Sub topic with its subscriptions, its dead letters, and the grants of exactly those who use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import pubsub

from components.usable import usable

DELIVERY_ATTEMPTS = 10
"""After so many failed deliveries a message is a dead letter. The API allows 5 to 100."""

RETRY = {"minimum_backoff": "10s", "maximum_backoff": "600s"}
"""Without a policy Pub/Sub delivers again at once, which turns one poisoned message into load. 600 s is the API's limit."""

KEPT = "604800s"
"""How long an unacknowledged message is kept: 7 days, so that a failure on a Friday loses nothing by Monday."""

NEVER = {"ttl": ""}
"""By default a subscription that nobody pulls from is deleted after 31 days, with its messages."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionArgs:
    """`subscription` is the physical name, `member` the IAM principal that pulls."""

    subscription: Input[str]
    member: Input[str]


@dataclass(frozen=True, kw_only=True)
class TopicArgs:
    """`publishers` maps a name, which only tells the grants apart, to an IAM principal; `agent` is Pub/Sub's own identity
    in the project, which moves dead letters."""

    topic: Input[str]
    dead_letter_topic: Input[str]
    publishers: Mapping[str, Input[str]]
    subscriptions: Mapping[str, SubscriptionArgs]
    ack_deadline_seconds: Input[int]
    agent: Input[str]


class Topic(pulumi.ComponentResource):
    """A topic whose outputs are known only once those who use them may."""

    id: Output[str]
    subscriptions: Mapping[str, Output[str]]

    def __init__(self, name: str, args: TopicArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Topic", name, None, opts)
        child = ResourceOptions(parent=self)

        topic = pubsub.Topic(name, name=args.topic, opts=child)
        dead = pubsub.Topic(f"{name}-dead-letter", name=args.dead_letter_topic, opts=child)
        # Without a subscription a dead letter would be gone the moment it arrives.
        pubsub.Subscription(
            f"{name}-dead-letter",
            name=args.dead_letter_topic,
            topic=dead.id,
            message_retention_duration=KEPT,
            expiration_policy=NEVER,
            opts=child,
        )
        forwarding = pubsub.TopicIAMMember(
            f"{name}-dead-letter-agent",
            topic=dead.id,
            role="roles/pubsub.publisher",
            member=args.agent,
            opts=child,
        )
        publishing = [
            pubsub.TopicIAMMember(
                f"{name}-{key}-publisher", topic=topic.id, role="roles/pubsub.publisher", member=member, opts=child
            )
            for key, member in args.publishers.items()
        ]
        subscriptions = {}
        for key, subscriber in args.subscriptions.items():
            subscription = pubsub.Subscription(
                f"{name}-{key}",
                name=subscriber.subscription,
                topic=topic.id,
                ack_deadline_seconds=args.ack_deadline_seconds,
                message_retention_duration=KEPT,
                retry_policy=RETRY,
                dead_letter_policy={"dead_letter_topic": dead.id, "max_delivery_attempts": DELIVERY_ATTEMPTS},
                expiration_policy=NEVER,
                opts=ResourceOptions(parent=self, depends_on=[forwarding]),
            )
            grants = [
                pubsub.SubscriptionIAMMember(
                    f"{name}-{key}-{role}",
                    subscription=subscription.id,
                    role="roles/pubsub.subscriber",
                    member=member,
                    opts=child,
                )
                for role, member in (("subscriber", subscriber.member), ("agent", args.agent))
            ]
            subscriptions[key] = usable(subscription.id, grants)

        self.id = usable(topic.id, publishing)
        self.subscriptions = subscriptions
        self.register_outputs({"id": self.id, "subscriptions": subscriptions})
