"""A Pub/Sub topic with its subscriptions, its dead letters, and the grants of exactly those who use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import pubsub

from components.usable import usable

DEAD_LETTERS_KEPT = f"{7 * 86400}s"
"""Somebody has a week to look at what could not be delivered."""

NEVER = {"ttl": ""}
"""By default a subscription that nobody pulls from is deleted after 31 days, with its messages."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionArgs:
    """`subscription` is the physical name, `member` the IAM principal that pulls, `filter` in Pub/Sub's syntax."""

    subscription: Input[str]
    member: Input[str]
    filter: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetryArgs:
    """Backoff in seconds, at most 600; after `attempts`, 5 to 100, a message is a dead letter."""

    attempts: Input[int]
    minimum_backoff_seconds: int
    maximum_backoff_seconds: int


@dataclass(frozen=True, kw_only=True)
class TopicArgs:
    """`publishers` maps a name, which only tells the grants apart, to an IAM principal; `agent` is Pub/Sub's own identity
    in the project, which moves dead letters.

    `retention_days` is for what was not acknowledged, `replay_days` for everything, 0 for not at all. `key` encrypts the
    messages, and the agent may use it; without one Google's own does.
    """

    topic: Input[str]
    dead_letter_topic: Input[str]
    publishers: Mapping[str, Input[str]]
    subscriptions: Mapping[str, SubscriptionArgs]
    ack_deadline_seconds: Input[int]
    retention_days: int
    replay_days: int
    ordering: bool
    retry: RetryArgs
    agent: Input[str]
    labels: Mapping[str, str] = field(default_factory=dict)
    key: Input[str | None] | None = None


class Topic(pulumi.ComponentResource):
    """A topic whose outputs are known only once those who use them may."""

    id: Output[str]
    subscriptions: Mapping[str, Output[str]]

    def __init__(self, name: str, args: TopicArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Topic", name, None, opts)
        child = ResourceOptions(parent=self)

        topic = pubsub.Topic(
            name,
            name=args.topic,
            message_retention_duration=_days(args.replay_days) if args.replay_days else None,
            kms_key_name=args.key,
            labels=args.labels or None,
            opts=child,
        )
        dead = pubsub.Topic(
            f"{name}-dead-letter",
            name=args.dead_letter_topic,
            kms_key_name=args.key,
            labels=args.labels or None,
            opts=child,
        )
        # Without a subscription a dead letter would be gone the moment it arrives.
        pubsub.Subscription(
            f"{name}-dead-letter",
            name=args.dead_letter_topic,
            topic=dead.id,
            message_retention_duration=DEAD_LETTERS_KEPT,
            expiration_policy=NEVER,
            labels=args.labels or None,
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
        subscriptions: dict[str, Output[str]] = {}
        for key, subscriber in args.subscriptions.items():
            subscription = pubsub.Subscription(
                f"{name}-{key}",
                name=subscriber.subscription,
                topic=topic.id,
                ack_deadline_seconds=args.ack_deadline_seconds,
                message_retention_duration=_days(args.retention_days),
                # Both replace the subscription when they change, so what nobody asked for is not said.
                enable_message_ordering=True if args.ordering else None,
                filter=subscriber.filter,
                retry_policy={
                    "minimum_backoff": f"{args.retry.minimum_backoff_seconds}s",
                    "maximum_backoff": f"{args.retry.maximum_backoff_seconds}s",
                },
                dead_letter_policy={"dead_letter_topic": dead.id, "max_delivery_attempts": args.retry.attempts},
                expiration_policy=NEVER,
                labels=args.labels or None,
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


def _days(number: int) -> str:
    return f"{number * 86400}s"
