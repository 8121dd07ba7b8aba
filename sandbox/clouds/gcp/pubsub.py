"""Pub/Sub: topics and subscriptions. A topic may go before its subscriptions, which then stand without one."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.links import last, path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import pubsub as rules
from sandbox.clouds.world import Entity, Transaction
from sandbox.values import is_unknown

TOPIC_TYPE = "gcp:pubsub/topic:Topic"
TOPIC_TEMPLATE = "projects/{project}/topics/{value}"
SUBSCRIPTION_TYPE = "gcp:pubsub/subscription:Subscription"
_DELETED = "_deleted-topic_"
_QUOTAS = "https://cloud.google.com/pubsub/quotas#resource_limits"
_DAY = 86400
# Bounds in seconds: https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions
_BOUNDS = {
    "messageRetentionDuration": (600, 31 * _DAY),
    "retryPolicy.minimumBackoff": (0, 600),
    "retryPolicy.maximumBackoff": (0, 600),
    "expirationPolicy.ttl": (_DAY, 10**9),
}


def _seconds(text: object) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d{1,9})?)s", str(text))
    return float(match.group(1)) if match else None


def _durations(inputs: Properties) -> list[tuple[str, str]]:
    """durations are in seconds, `600s`: retention 10 minutes to 31 days, backoffs up to 600 seconds and the minimum not
    above the maximum, expiration from a day"""
    found = []
    for property, (low, high) in _BOUNDS.items():
        text = at(inputs, property)
        if not isinstance(text, str) or not text or is_unknown(text):
            continue
        seconds = _seconds(text)
        if seconds is None:
            found.append((property, f"{text!r} is no duration; write seconds, {low}s"))
        elif not low <= seconds <= high:
            found.append((property, f"{text} is not between {low}s and {high}s"))
    lowest, highest = (_seconds(at(inputs, f"retryPolicy.{end}Backoff")) for end in ("minimum", "maximum"))
    if lowest is not None and highest is not None and lowest > highest:
        found.append(("retryPolicy.minimumBackoff", f"{lowest:g}s is more than maximumBackoff, {highest:g}s"))
    return found


def _subscription(draft: Draft) -> Properties:
    topic = path(str(draft.inputs["topic"]))
    if "/" not in topic:
        topic = TOPIC_TEMPLATE.format(project=draft.project, value=topic)
    made: Properties = {
        "topic": topic,
        "ackDeadlineSeconds": draft.get("ackDeadlineSeconds", 10),
        "expirationPolicy": draft.inputs.get("expirationPolicy") or {"ttl": "2678400s"},
    }
    if "__defaults" in made["expirationPolicy"]:
        made["expirationPolicy"] = {"ttl": made["expirationPolicy"].get("ttl", "")}
    if "retryPolicy" in draft.inputs:
        retry = draft.inputs["retryPolicy"]
        made["retryPolicy"] = {
            "minimumBackoff": retry.get("minimumBackoff", "10s"),
            "maximumBackoff": retry.get("maximumBackoff", "600s"),
        }
    return made


def _topic_deleted(tx: Transaction, topic: Entity) -> None:
    """its subscriptions stay, without a topic"""
    of_topic = f"SELECT id FROM entity WHERE type = '{SUBSCRIPTION_TYPE}' AND json_extract(outputs, '$.topic') = ?"
    for (id_,) in tx.rows(of_topic, (topic.id,)):
        subscription = tx.get("gcp", SUBSCRIPTION_TYPE, id_)
        assert subscription is not None
        tx.put(replace(subscription, outputs={**subscription.outputs, "topic": _DELETED}))


def _topic(draft: Draft) -> Properties:
    return {"name": last(str(draft.inputs["name"]))}


def _topic_admit(draft: Draft) -> None:
    """the key is missing, or closed to Pub/Sub's service agent"""
    key = draft.inputs.get("kmsKeyName")
    if key:
        # Pub/Sub has no place of its own, so the key may be anywhere.
        place = path(str(key)).partition("/locations/")[2].partition("/")[0]
        require_key(draft.tx, "kmsKeyName", str(key), "gcp-sa-pubsub", place)


TOPIC = ResourceType(
    token=TOPIC_TYPE,
    table=rules.TOPIC,
    identity="projects/{project}/topics/{name_name}",
    autoname=AutoName(),
    labels="labels",
    quota=Quota(10_000, _QUOTAS),
    outputs=_topic,
    check=_durations,
    admit=_topic_admit,
    deleted=_topic_deleted,
)
SUBSCRIPTION = ResourceType(
    token=SUBSCRIPTION_TYPE,
    table=rules.SUBSCRIPTION,
    identity="projects/{project}/subscriptions/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=(
        Parent("topic", TOPIC_TYPE, TOPIC_TEMPLATE),
        Parent("deadLetterPolicy.deadLetterTopic", TOPIC_TYPE, TOPIC_TEMPLATE),
    ),
    quota=Quota(10_000, _QUOTAS),
    computed=("ackDeadlineSeconds", "expirationPolicy"),
    outputs=_subscription,
    check=_durations,
)
TYPES = (TOPIC, SUBSCRIPTION)
