"""A topic's resources and grants: exactly those that its users need."""

from __future__ import annotations

from components.topic import SubscriptionArgs, Topic, TopicArgs
from tests.components.conftest import Build

AGENT = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"


def topic() -> Topic:
    return Topic(
        "events",
        TopicArgs(
            topic="events",
            dead_letter_topic="events-dead-letter",
            publishers={"api": "principal://api", "temporal": "principal://temporal"},
            subscriptions={"scribe": SubscriptionArgs(subscription="events-scribe", member="principal://scribe")},
            ack_deadline_seconds=60,
            agent=AGENT,
        ),
    )


def test_the_grants_are_exactly_those_of_the_users_and_of_the_agent_that_moves_dead_letters(build: Build) -> None:
    grants = [r for r in build(topic) if "IAM" in r.type]
    assert [(r.name, r.inputs["role"], r.inputs["member"]) for r in grants] == [
        ("events-scribe-agent", "roles/pubsub.subscriber", AGENT),
        ("events-scribe-subscriber", "roles/pubsub.subscriber", "principal://scribe"),
        ("events-api-publisher", "roles/pubsub.publisher", "principal://api"),
        ("events-dead-letter-agent", "roles/pubsub.publisher", AGENT),
        ("events-temporal-publisher", "roles/pubsub.publisher", "principal://temporal"),
    ]
    assert {r.inputs.get("topic", r.inputs.get("subscription")) for r in grants} == {
        "events-id",
        "events-dead-letter-id",
        "events-scribe-id",
    }


def test_a_subscription_retries_slower_and_slower_then_gives_up_to_the_dead_letters(build: Build) -> None:
    [subscription] = [r for r in build(topic) if r.type.endswith(":Subscription") and r.name == "events-scribe"]
    assert subscription.inputs == {
        "name": "events-scribe",
        "topic": "events-id",
        "ackDeadlineSeconds": 60,
        "messageRetentionDuration": "604800s",
        "retryPolicy": {"minimumBackoff": "10s", "maximumBackoff": "600s"},
        "deadLetterPolicy": {"deadLetterTopic": "events-dead-letter-id", "maxDeliveryAttempts": 10},
        "expirationPolicy": {"ttl": ""},
    }


def test_dead_letters_are_kept_for_somebody_to_look_at(build: Build) -> None:
    [kept] = [r for r in build(topic) if r.type.endswith(":Subscription") and r.name == "events-dead-letter"]
    assert kept.inputs["topic"] == "events-dead-letter-id"
    assert kept.inputs["messageRetentionDuration"] == "604800s"
