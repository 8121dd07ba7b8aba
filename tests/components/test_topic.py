"""A topic's resources and grants: exactly those that its users need."""

from __future__ import annotations

from dataclasses import replace

from components.topic import RetryArgs, SubscriptionArgs, Topic, TopicArgs
from tests.components.conftest import Build, Registered

AGENT = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"


ARGS = TopicArgs(
    topic="events",
    dead_letter_topic="events-dead-letter",
    publishers={"api": "principal://api", "temporal": "principal://temporal"},
    subscriptions={"scribe": SubscriptionArgs(subscription="events-scribe", member="principal://scribe")},
    ack_deadline_seconds=60,
    retention_days=7,
    replay_days=0,
    ordering=False,
    retry=RetryArgs(attempts=10, minimum_backoff_seconds=10, maximum_backoff_seconds=600),
    agent=AGENT,
)


def topic(args: TopicArgs = ARGS) -> Topic:
    return Topic("events", args)


def only(registered: list[Registered], kind: str, name: str) -> Registered:
    [found] = [r for r in registered if r.type.endswith(f":{kind}") and r.name == name]
    return found


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


def test_order_filter_and_replay_are_asked_for_only_where_the_catalogue_does(build: Build) -> None:
    plain = build(topic)
    assert only(plain, "Topic", "events").inputs == {"name": "events"}
    subscription = replace(ARGS.subscriptions["scribe"], filter='attributes.kind = "contact"')
    asked = replace(ARGS, ordering=True, replay_days=3, retention_days=1, subscriptions={"scribe": subscription})
    registered = build(lambda: topic(asked))
    assert only(registered, "Topic", "events").inputs["messageRetentionDuration"] == "259200s"
    inputs = only(registered, "Subscription", "events-scribe").inputs
    assert inputs["enableMessageOrdering"] is True
    assert inputs["filter"] == 'attributes.kind = "contact"'
    assert inputs["messageRetentionDuration"] == "86400s"
    # Whatever was not delivered in order or was filtered out must not be so among the dead letters.
    dead = only(registered, "Subscription", "events-dead-letter").inputs
    assert not {"enableMessageOrdering", "filter"} & dead.keys()


def test_a_key_and_what_it_is_for_reach_the_dead_letters_too(build: Build) -> None:
    registered = build(lambda: topic(replace(ARGS, key="keys/topics", labels={"purpose": "billing"})))
    for name in ("events", "events-dead-letter"):
        inputs = only(registered, "Topic", name).inputs
        assert (inputs["kmsKeyName"], inputs["labels"]) == ("keys/topics", {"purpose": "billing"})


def test_dead_letters_are_kept_for_somebody_to_look_at(build: Build) -> None:
    [kept] = [r for r in build(topic) if r.type.endswith(":Subscription") and r.name == "events-dead-letter"]
    assert kept.inputs["topic"] == "events-dead-letter-id"
    assert kept.inputs["messageRetentionDuration"] == "604800s"
