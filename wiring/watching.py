"""What an environment is watched for, and who is told."""

from __future__ import annotations

import pulumi

from components.alerting import Alerting, AlertingArgs
from components.alerts import (
    certificate_alert,
    cloud_run_alerts,
    database_alerts,
    gateway_alerts,
    in_working_hours,
    messaging_alerts,
    workload_alerts,
)
from components.dashboard import Dashboard, DashboardArgs
from components.uptime_check import UptimeCheck, UptimeCheckArgs
from model import names
from model.alerting import connection_limit
from model.catalogue import Catalogue
from model.environment import Environment
from model.stacks import NAMESPACE


def watch(stack: Environment, catalogue: Catalogue) -> None:
    """A dashboard in every environment, and alerts where somebody is to be told."""
    database = stack.database
    alerts = [
        *gateway_alerts(),
        *(cloud_run_alerts() if any(service.kind != "gke" for service in catalogue.services.values()) else ()),
        *workload_alerts([stack.namespace, names.GATEWAY_NAMESPACE]),
        *(database_alerts(connection_limit(database.tier, database.flags), database.disk_limit_gb) if database else ()),
        *messaging_alerts(),
    ]
    told, config = stack.alerting, pulumi.Config(NAMESPACE)
    if told.slack and stack.gateway:
        UptimeCheck("domain", UptimeCheckArgs(project=stack.project, host=stack.gateway.domain))
        alerts.append(certificate_alert(stack.gateway.domain))
    Dashboard("overview", DashboardArgs(title=pulumi.get_stack(), charts=alerts))
    if told.slack:
        hours = told.working_hours
        Alerting(
            "alerts",
            AlertingArgs(
                environment=pulumi.get_stack(),
                alerts=alerts,
                during=(lambda query: in_working_hours(query, hours.from_, hours.to)) if hours else str,
                slack=told.slack,
                slack_token=config.require_secret("slackToken"),
                pagerduty_key=config.require_secret("pagerdutyKey") if told.pagerduty else None,
            ),
        )
