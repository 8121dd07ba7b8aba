"""Alerting policies of an environment, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import monitoring

from components.alerts import CRITICAL, Alert

CLOSES_AFTER = "1800s"
"""An incident without news for half an hour is over."""


@dataclass(frozen=True, kw_only=True)
class AlertingArgs:
    """`during` limits a query to the hours that count.

    `slack` is a channel, `slack_token` what installing Cloud Monitoring's app in Slack has given (only a person can do
    that, in the console), `pagerduty_key` the integration key of a service; without one nobody is paged.
    """

    environment: str
    alerts: Sequence[Alert]
    during: Callable[[str], str]
    slack: str
    slack_token: Input[str]
    pagerduty_key: Input[str] | None


class Alerting(pulumi.ComponentResource):
    """What is critical goes to the pager where there is one, and everything to Slack."""

    policies: dict[str, Output[str]]

    def __init__(self, name: str, args: AlertingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Alerting", name, None, opts)
        child = ResourceOptions(parent=self)

        slack = monitoring.NotificationChannel(
            f"{name}-slack",
            type="slack",
            display_name=f"Slack {args.slack}",
            labels={"channel_name": args.slack},
            sensitive_labels={"auth_token": args.slack_token},
            opts=child,
        )
        pager: list[Output[str]] = []
        if args.pagerduty_key is not None:
            channel = monitoring.NotificationChannel(
                f"{name}-pagerduty",
                type="pagerduty",
                display_name="PagerDuty",
                sensitive_labels={"service_key": args.pagerduty_key},
                opts=child,
            )
            pager.append(channel.id)

        self.policies = {}
        for alert in args.alerts:
            policy = monitoring.AlertPolicy(
                f"{name}-{alert.name}",
                display_name=f"{args.environment}: {alert.title}",
                combiner="OR",
                severity=alert.severity,
                conditions=[
                    {
                        "display_name": alert.title,
                        "condition_prometheus_query_language": {
                            "query": args.during(alert.query),
                            "duration": f"{alert.duration}s",
                            "evaluation_interval": "60s",
                            # A metric exists from its first point on: not when the policy is made.
                            "disable_metric_validation": True,
                        },
                    }
                ],
                notification_channels=[slack.id, *(pager if alert.severity == CRITICAL else ())],
                documentation={"subject": f"{args.environment}: {alert.title}", "content": alert.advice},
                alert_strategy={"auto_close": CLOSES_AFTER},
                opts=child,
            )
            self.policies[alert.name] = policy.id
        self.register_outputs({"policies": self.policies})
