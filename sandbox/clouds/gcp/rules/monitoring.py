"""Rules of Cloud Monitoring. Conditions other than PromQL's are checked against the SDK's classes alone."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

_KEPT = Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON"))
_SENSITIVE = ("authToken", "password", "serviceKey")
_STATUS = ("1XX", "2XX", "3XX", "4XX", "5XX", "ANY")

CHANNEL = Table(
    source="monitoring/resource_monitoring_notification_channel.go",
    properties={
        "deletionPolicy": _KEPT,
        "enabled": Rule(default=True),
        "forceDelete": Rule(default=False),
        "project": Rule(replace=True, kept=True),
    },
    one_of=(tuple(f"sensitiveLabels.{label}{written}" for label in _SENSITIVE for written in ("", "Wo")),),
    needs=tuple(
        pair
        for label in _SENSITIVE
        for pair in (
            (f"sensitiveLabels.{label}Wo", f"sensitiveLabels.{label}WoVersion"),
            (f"sensitiveLabels.{label}WoVersion", f"sensitiveLabels.{label}Wo"),
        )
    ),
)
POLICY = Table(
    source="monitoring/resource_monitoring_alert_policy.go",
    properties={
        "alertStrategy.notificationPrompts": Rule(values=("NOTIFICATION_PROMPT_UNSPECIFIED", "OPENED", "CLOSED")),
        "combiner": Rule(values=("AND", "OR", "AND_WITH_MATCHING_RESOURCE")),
        "deletionPolicy": _KEPT,
        # https://cloud.google.com/monitoring/quotas#alerting_quotas
        "conditions": Rule(length=6),
        "documentation.mimeType": Rule(default="text/markdown"),
        "enabled": Rule(default=True),
        "notificationChannels": Rule(length=16),
        "project": Rule(replace=True, kept=True),
        "severity": Rule(values=("CRITICAL", "ERROR", "WARNING")),
    },
)
UPTIME_CHECK = Table(
    source="monitoring/resource_monitoring_uptime_check_config.go",
    properties={
        "checkerType": Rule(replace=True, kept=True, values=("STATIC_IP_CHECKERS", "VPC_CHECKERS")),
        "contentMatchers.jsonPathMatcher.jsonMatcher": Rule(
            default="EXACT_MATCH", values=("EXACT_MATCH", "REGEX_MATCH")
        ),
        "contentMatchers.matcher": Rule(
            default="CONTAINS_STRING",
            values=(
                "CONTAINS_STRING",
                "NOT_CONTAINS_STRING",
                "MATCHES_REGEX",
                "NOT_MATCHES_REGEX",
                "MATCHES_JSON_PATH",
                "NOT_MATCHES_JSON_PATH",
            ),
        ),
        "deletionPolicy": _KEPT,
        "httpCheck.acceptedResponseStatusCodes.statusClass": Rule(
            values=tuple(f"STATUS_CLASS_{each}" for each in _STATUS)
        ),
        "httpCheck.contentType": Rule(values=("TYPE_UNSPECIFIED", "URL_ENCODED", "USER_PROVIDED")),
        "httpCheck.path": Rule(default="/"),
        "httpCheck.port": Rule(kept=True, low=1, high=65535),
        "httpCheck.requestMethod": Rule(replace=True, default="GET", values=("METHOD_UNSPECIFIED", "GET", "POST")),
        "monitoredResource": Rule(replace=True),
        "monitoredResource.labels": Rule(replace=True),
        "monitoredResource.type": Rule(replace=True),
        # https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs
        "period": Rule(default="300s", values=("60s", "300s", "600s", "900s")),
        "project": Rule(replace=True, kept=True),
        "resourceGroup": Rule(replace=True),
        "syntheticMonitor": Rule(replace=True),
        "tcpCheck.port": Rule(low=1, high=65535),
        "timeout": Rule(pattern=r"([1-9]|[1-5]\d|60)(\.\d+)?s"),
    },
    one_of=(("httpCheck", "syntheticMonitor", "tcpCheck"), ("monitoredResource", "resourceGroup", "syntheticMonitor")),
)
DASHBOARD = Table(
    source="monitoring/resource_monitoring_dashboard.go",
    properties={"deletionPolicy": _KEPT, "project": Rule(replace=True, kept=True)},
)
