"""Rules of Pub/Sub."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import PUBSUB_NAME

TOPIC = Table(
    source="pubsub/resource_pubsub_topic.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "ingestionDataSourceSettings.cloudStorage.textFormat.delimiter": Rule(default="\n"),
        "ingestionDataSourceSettings.platformLogsSettings.severity": Rule(
            default="SEVERITY_UNSPECIFIED",
            values=("SEVERITY_UNSPECIFIED", "DISABLED", "DEBUG", "INFO", "WARNING", "ERROR"),
        ),
        "messageStoragePolicy": Rule(kept=True),
        "messageStoragePolicy.allowedPersistenceRegions": Rule(unordered=True),
        "messageTransforms.disabled": Rule(default=False),
        "name": Rule(replace=True, link=True, pattern=PUBSUB_NAME),
        "project": Rule(replace=True, kept=True),
        "schemaSettings.encoding": Rule(
            default="ENCODING_UNSPECIFIED", values=("ENCODING_UNSPECIFIED", "JSON", "BINARY")
        ),
        "tags": Rule(replace=True),
    },
)

SUBSCRIPTION = Table(
    source="pubsub/resource_pubsub_subscription.go",
    properties={
        "ackDeadlineSeconds": Rule(kept=True, low=10, high=600),
        "cloudStorageConfig.maxDuration": Rule(default="300s"),
        "cloudStorageConfig.textConfig": Rule(kept=True),
        "deadLetterPolicy.deadLetterTopic": Rule(pattern="projects/[^/]+/topics/.+"),
        "deadLetterPolicy.maxDeliveryAttempts": Rule(low=5, high=100),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "enableMessageOrdering": Rule(replace=True),
        "expirationPolicy": Rule(kept=True),
        "filter": Rule(replace=True, pattern="[\\s\\S]{0,256}"),
        "messageRetentionDuration": Rule(default="604800s"),
        "messageTransforms.disabled": Rule(default=False),
        "name": Rule(replace=True, pattern=PUBSUB_NAME),
        "project": Rule(replace=True, kept=True),
        # The API's: https://docs.cloud.google.com/pubsub/docs/create-push-subscription#properties
        "pushConfig.pushEndpoint": Rule(pattern="https://.+"),
        "retryPolicy.maximumBackoff": Rule(kept=True),
        "retryPolicy.minimumBackoff": Rule(kept=True),
        "tags": Rule(replace=True),
        "topic": Rule(replace=True, link=True),
    },
    conflicts=(
        ("bigqueryConfig", "cloudStorageConfig"),
        ("bigqueryConfig", "pushConfig"),
        ("cloudStorageConfig", "pushConfig"),
    ),
)
