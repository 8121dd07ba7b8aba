"""Cloud Monitoring: notification channels, alerting policies, uptime checks, dashboards.

Policies are kept, never evaluated: no metric exists here. A PromQL query is checked as far as the API's own rule goes
that it is not empty. Names are numbers from 1 on, where the API's have 18 digits. Quotas of thousands are left out.
"""

from __future__ import annotations

import json

from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.resource import Draft, Parent, Properties, ResourceType, User
from sandbox.clouds.gcp.rules import monitoring as rules
from sandbox.values import is_unknown

CHANNEL_TYPE = "gcp:monitoring/notificationChannel:NotificationChannel"
POLICY_TYPE = "gcp:monitoring/alertPolicy:AlertPolicy"
_NEEDED = {"email": ("email_address",), "slack": ("channel_name",), "webhook_tokenauth": ("url",), "pubsub": ("topic",)}
"""The labels that a channel needs: https://cloud.google.com/monitoring/alerts/using-channels-api#ncd"""
_SENSITIVE = {"pagerduty": "serviceKey", "slack": "authToken"}
_CONDITIONS = (
    "conditionThreshold",
    "conditionAbsent",
    "conditionMatchedLog",
    "conditionMonitoringQueryLanguage",
    "conditionPrometheusQueryLanguage",
    "conditionSql",
)


def _named(draft: Draft) -> Properties:
    return {"name": draft.id}


def _uptime_check(draft: Draft) -> Properties:
    return {"name": draft.id, "uptimeCheckId": draft.name}


def _channel_check(inputs: Properties) -> list[tuple[str, str]]:
    """a type has the labels that it needs, and its secret stands in `sensitiveLabels`"""
    kind, labels = inputs.get("type"), inputs.get("labels") or {}
    if not isinstance(kind, str) or is_unknown(kind) or not isinstance(labels, dict):
        return []
    found = [
        (f"labels.{label}", f"a channel of type {kind} needs it")
        for label in _NEEDED.get(kind, ())
        if label not in labels
    ]
    secret = _SENSITIVE.get(kind)
    held = inputs.get("sensitiveLabels") or {}
    if secret and not is_unknown(held) and secret not in held:
        found.append((f"sensitiveLabels.{secret}", f"a channel of type {kind} needs it"))
    return found


def _half_minutes(interval: str) -> bool:
    seconds = interval.removesuffix("s")
    return seconds != interval and seconds.isdecimal() and int(seconds) > 0 and int(seconds) % 30 == 0


def _policy_check(inputs: Properties) -> list[tuple[str, str]]:
    """each of `conditions` has exactly one kind of condition; a PromQL query is not empty, and asked every 30 seconds or a
    multiple of that"""
    found = []
    for index, condition in enumerate(listed(inputs, "conditions")):
        if not isinstance(condition, dict):
            continue
        if sum(kind in condition for kind in _CONDITIONS) != 1:
            found.append((f"conditions[{index}]", f"exactly one of {', '.join(_CONDITIONS)} must be given"))
        query = at(condition, "conditionPrometheusQueryLanguage.query")
        if isinstance(query, str) and not query.strip():
            found.append((f"conditions[{index}].conditionPrometheusQueryLanguage.query", "must not be empty"))
        interval = at(condition, "conditionPrometheusQueryLanguage.evaluationInterval")
        if isinstance(interval, str) and not is_unknown(interval) and not _half_minutes(interval):
            where = f"conditions[{index}].conditionPrometheusQueryLanguage.evaluationInterval"
            found.append((where, f"{interval!r} is no multiple of 30 seconds; write 30s, 60s or the like"))
    return found


def _dashboard_check(inputs: Properties) -> list[tuple[str, str]]:
    """`dashboardJson` is a JSON object with a `displayName` and one layout"""
    text = inputs.get("dashboardJson")
    if not isinstance(text, str) or is_unknown(text):
        return []
    try:
        board = json.loads(text)
    except ValueError as error:
        return [("dashboardJson", f"contains an invalid JSON: {error}")]
    layouts = ("gridLayout", "mosaicLayout", "rowLayout", "columnLayout")
    if not isinstance(board, dict) or not board.get("displayName"):
        return [("dashboardJson", "displayName is missing")]
    if sum(layout in board for layout in layouts) != 1:
        return [("dashboardJson", f"exactly one of {', '.join(layouts)} must be given")]
    return []


CHANNEL = ResourceType(
    token=CHANNEL_TYPE,
    table=rules.CHANNEL,
    identity="projects/{project}/notificationChannels/{serial}",
    assigned="serial",
    used_by=(User(POLICY_TYPE, "notificationChannels"),),
    computed=("name",),
    outputs=_named,
    check=_channel_check,
)
POLICY = ResourceType(
    token=POLICY_TYPE,
    table=rules.POLICY,
    identity="projects/{project}/alertPolicies/{serial}",
    assigned="serial",
    parents=(Parent("notificationChannels", CHANNEL_TYPE, "{value}"),),
    computed=("name",),
    outputs=_named,
    check=_policy_check,
)
UPTIME_CHECK = ResourceType(
    token="gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
    table=rules.UPTIME_CHECK,
    identity="projects/{project}/uptimeCheckConfigs/{serial}",
    assigned="serial",
    computed=("name", "uptimeCheckId"),
    outputs=_uptime_check,
)
DASHBOARD = ResourceType(
    token="gcp:monitoring/dashboard:Dashboard",
    table=rules.DASHBOARD,
    identity="projects/{project}/dashboards/{serial}",
    assigned="serial",
    check=_dashboard_check,
)
TYPES = (CHANNEL, POLICY, UPTIME_CHECK, DASHBOARD)
