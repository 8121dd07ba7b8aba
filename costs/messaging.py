"""Pub/Sub, which is paid by what goes through it: https://cloud.google.com/pubsub/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Said, Use
from costs.stack import Stack


def of_topic(topic: Resource, stack: Stack) -> list[Said]:
    """What is published, each message counted as 1 KB at least."""
    return [Use("messages", "messages published, beyond 10 GiB a month of a billing account")]


def of_subscription(subscription: Resource, stack: Stack) -> list[Said]:
    """What is delivered: each subscription pays for its own copy of a message."""
    return [Use("messages", "messages delivered, of each subscription")]
