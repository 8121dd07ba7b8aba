"""Cloud Monitoring: https://cloud.google.com/stackdriver/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Free, Said, Use
from costs.stack import Stack


def of_uptime_check(check: Resource, stack: Stack) -> list[Said]:
    """Every few minutes from six places is some 50,000 executions a month."""
    return [Use("uptime-checks", "executions of uptime checks, beyond a million a month of a project")]


def of_alert(alert: Resource, stack: Stack) -> list[Said]:
    """https://cloud.google.com/stackdriver/pricing, as a public record quotes it on 2026-09-08: from then on 0.35 US dollars a
    month for each metric that an alert names, and 0.50 for a million points."""
    return [Free("alerts cost nothing until 1 September 2027")]


def of_pod_monitoring(monitoring: Resource, stack: Stack) -> list[Said]:
    """Managed Service for Prometheus is paid by what it takes in."""
    return [Use("samples", "samples of pods' metrics")]
